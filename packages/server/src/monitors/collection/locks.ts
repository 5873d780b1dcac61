import type { EndpointPlace } from './doors.ts'

interface Lock {
  readers: number
  isWritten: boolean
  waiting: (() => void)[]
}

const locks = new Map<string, Lock>()

/**
 * Holds an endpoint's rows for one writer or any number of readers of this thread. Readers never wait for a writer that waits itself, so that one piece of
 * work may read twice at a time.
 */
export async function lockEndpoint(place: EndpointPlace, kind: 'read' | 'write'): Promise<Disposable> {
  let lock = locks.get(place.stateFolder)
  if (lock === undefined) locks.set(place.stateFolder, (lock = { readers: 0, isWritten: false, waiting: [] }))
  const held = lock
  const isTaken = (): boolean => held.isWritten || (kind === 'write' && held.readers > 0)
  while (isTaken()) {
    const turn = Promise.withResolvers<void>()
    held.waiting.push(turn.resolve)
    await turn.promise
  }
  if (kind === 'write') held.isWritten = true
  else held.readers++
  let isHeld = true
  return {
    [Symbol.dispose]() {
      if (!isHeld) return
      isHeld = false
      if (kind === 'write') held.isWritten = false
      else held.readers--
      const { waiting } = held
      held.waiting = []
      for (const wake of waiting) wake()
    },
  }
}
