import type { ServerEvent } from '@modelyard/client'
import { useCallback, useEffect, useRef, useState } from 'react'
import { call } from '../../api/client.ts'
import { useEvents } from '../../api/live.ts'
import { LogView } from '../../components/log-view.tsx'

const pieceBytes = 1_048_576
const bytesOf = (text: string): number => new TextEncoder().encode(text).length

/** Reads a step's log from where it has got to, each time an event says that there is more. */
function useStepLog(
  ws: string,
  id: string,
  step: string,
  attempts: number,
): { readonly text: string; readonly loaded: boolean } {
  const [text, setText] = useState('')
  const [loaded, setLoaded] = useState(false)
  const place = useRef({ offset: 0, busy: false, again: false, alive: true })
  const read = useCallback(async () => {
    const here = place.current
    if (here.busy) {
      here.again = true
      return
    }
    here.busy = true
    try {
      for (;;) {
        here.again = false
        const { chunks } = await call('getJobLogs', {
          params: { ws, id },
          query: { step, offset: here.offset, limitBytes: pieceBytes },
        })
        const piece = chunks.map((chunk) => chunk.text).join('')
        if (!here.alive) return
        here.offset += bytesOf(piece)
        if (piece !== '') setText((known) => known + piece)
        setLoaded(true)
        if (piece === '' && !here.again) return
      }
    } catch {
      setLoaded(true)
    } finally {
      here.busy = false
    }
  }, [ws, id, step])
  useEffect(() => {
    place.current = { offset: 0, busy: false, again: false, alive: true }
    const mine = place.current
    setText('')
    setLoaded(false)
    void read()
    return () => {
      mine.alive = false
    }
  }, [read, attempts])
  useEvents(
    useCallback(
      (event: ServerEvent) => {
        if (event.subject === `${id}/${step}` && event.name.startsWith('step.')) void read()
      },
      [id, step, read],
    ),
  )
  return { text, loaded }
}

export function StepLog({
  ws,
  id,
  step,
  attempts,
  follow,
}: {
  readonly ws: string
  readonly id: string
  readonly step: string
  readonly attempts: number
  readonly follow: boolean
}) {
  const { text, loaded } = useStepLog(ws, id, step, attempts)
  if (!loaded) return <div className="skb" style={{ height: 240 }} />
  return <LogView text={text} label={`Log of ${step}`} follow={follow} />
}
