import { ApiError, ServerUnreachableError } from '@modelyard/client'
import type { Session } from './session.ts'

const patienceMs = 30_000
const pauseMs = 250

/** Asks again while the server is away: work goes on without it, so somebody who waits for that work waits for the server, too. */
export async function patiently<Result>(session: Session, ask: () => Promise<Result>): Promise<Result> {
  const { clock } = session.host
  const deadline = clock.monotonic() + patienceMs
  let told = false
  for (;;) {
    try {
      return await ask()
    } catch (error) {
      if (!isPassing(error) || clock.monotonic() > deadline) throw error
      if (!told) session.output.note(session.output.errorStyle.yellow('the server does not answer; waiting for it …'))
      told = true
      await clock.sleep(pauseMs)
    }
  }
}

/** A broken connection or a stopping server; a refusal is none. */
export function isPassing(error: unknown): boolean {
  if (error instanceof ApiError) return error.status === 503
  // What `fetch` throws when a body breaks off.
  return error instanceof ServerUnreachableError || (error instanceof TypeError && error.message === 'terminated')
}
