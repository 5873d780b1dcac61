import type { Answer } from '@modelyard/client'
import { AppLink, pathIn } from '../../components/app-link.tsx'
import { shortText } from '../../components/format.ts'
import { Say } from '../../components/text.tsx'
import type { MonitorAnswer } from './answer.ts'
import type { Matrix } from './heat.ts'
import { inWindow } from './windows.ts'

type Monitor = Answer<'getMonitor'>

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

/** Is it still right? One sentence. */
export function Answered({
  ws,
  monitor,
  matrix,
  answer,
}: {
  readonly ws: string
  readonly monitor: Monitor
  readonly matrix: Matrix
  readonly answer: MonitorAnswer
}) {
  const at = (column: number): string => {
    const window = matrix.windows[column]
    return window === undefined ? '' : inWindow(monitor.window, window)
  }
  return (
    <Say lead>
      <Verdict ws={ws} monitor={monitor} answer={answer} at={at} />
      {answer.better === null ? null : (
        <>
          {' '}
          <b>{capital(answer.better.name)}</b> reads {shortText(answer.better.value)}.
        </>
      )}
      {answer.driftColumn < 0 ? null : answer.drifted.length === 0 ? (
        <> Its inputs look as they did.</>
      ) : (
        <>
          {' '}
          <b>
            {answer.drifted.length} of {answer.watched} features
          </b>{' '}
          drifted {at(answer.driftColumn)}.
        </>
      )}
    </Say>
  )
}

function Verdict({
  ws,
  monitor,
  answer,
  at,
}: {
  readonly ws: string
  readonly monitor: Monitor
  readonly answer: MonitorAnswer
  readonly at: (column: number) => string
}) {
  const endpoint = (
    <AppLink to={pathIn(ws, 'endpoints', monitor.endpoint)}>
      <b>{monitor.endpoint}</b>
    </AppLink>
  )
  if (answer.verdict === 'none')
    return (
      <>
        <b>Nothing was computed yet.</b> Windows fill with the traffic of {endpoint}; “Run now” computes what is there.
      </>
    )
  if (answer.verdict === 'unknown' || answer.value === null)
    return (
      <>
        <b>Whether {monitor.endpoint} is right is not known:</b>{' '}
        {monitor.signals.some((signal) => signal.type === 'model_performance')
          ? 'no label came yet.'
          : 'no signal reads its accuracy.'}
      </>
    )
  const value = <b>{shortText(answer.value)}</b>
  const when = at(answer.column)
  return (
    <>
      <b>
        {capital(answer.version ?? '')}{' '}
        {answer.verdict === 'wrong'
          ? 'is no longer right'
          : answer.verdict === 'right'
            ? 'is still right'
            : 'has no limit yet'}
      </b>
      : {answer.metric} {value} {when}
      {answer.limit === null ? '.' : `, limit ${shortText(answer.limit)}.`}
    </>
  )
}
