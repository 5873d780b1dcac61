import type { Answer } from '@modelyard/client'
import { shortText, plainWords } from '../../components/format.ts'
import { State } from '../../components/state.tsx'
import { SectionHead, When } from '../../components/text.tsx'
import { isOpen } from '../alerts/alert-words.ts'
import { reasonText } from './reasons.ts'
import { windowName } from './windows.ts'

type Monitor = Answer<'getMonitor'>
type Result = Monitor['windows'][number]['results'][number]

/** What is judged of the endpoint or of the table as a whole, and so has no row of its own in the grid. */
export function WholeSignals({ monitor }: { readonly monitor: Monitor }) {
  const window = monitor.windows.at(-1)
  const types = new Map(monitor.signals.map((signal) => [signal.name, signal.type]))
  const results = (window?.results ?? []).filter((one) => {
    const type = one.type ?? types.get(one.signal)
    return one.feature === null && type !== 'model_performance' && type !== 'service'
  })
  const service = monitor.signals.filter((signal) => signal.type === 'service')
  if (results.length === 0 && service.length === 0) return null
  return (
    <section className="sec">
      <SectionHead
        title="Of the whole"
        basis={
          window === undefined
            ? 'service rules go by the clock'
            : `${windowName(monitor.window, window)}; service rules go by the clock`
        }
      />
      <div className="scroll" tabIndex={0} role="group" aria-label="Signals of the whole">
        <table style={{ minWidth: 520 }}>
          <thead>
            <tr>
              <th>Signal</th>
              <th>What</th>
              <th className="r">Value</th>
              <th className="r">Limit</th>
              <th>State</th>
            </tr>
          </thead>
          <tbody>
            {results.map((one) => (
              <ResultRow key={`${one.signal}/${one.statistic}/${one.dialect}`} result={one} />
            ))}
            {service.flatMap((signal) =>
              signal.rules.map((rule) => (
                <RuleRow key={`${signal.name}/${rule}`} monitor={monitor} signal={signal.name} rule={rule} />
              )),
            )}
          </tbody>
        </table>
      </div>
    </section>
  )
}

function ResultRow({ result }: { readonly result: Result }) {
  return (
    <tr>
      <td className="m">{result.signal}</td>
      <td>{plainWords(result.statistic)}</td>
      <td className="r">{result.value === null ? 'no value' : shortText(result.value)}</td>
      <td className="r">{result.threshold === null ? '–' : shortText(result.threshold)}</td>
      <td className="wrapc">
        {result.fired ? (
          <State status="firing" word="Over" />
        ) : result.value === null && result.reason !== undefined ? (
          <span className="sub">{reasonText(result.reason)}</span>
        ) : (
          <State status="succeeded" word="Quiet" />
        )}
      </td>
    </tr>
  )
}

function RuleRow({
  monitor,
  signal,
  rule,
}: {
  readonly monitor: Monitor
  readonly signal: string
  readonly rule: string
}) {
  const alert = monitor.alerts.find((one) => one.signal === signal && (isOpen(one) || one.status === 'pending'))
  const evidence = alert?.evidence.find((one) => rule.startsWith(one.statistic))
  return (
    <tr>
      <td className="m">{signal}</td>
      <td className="mono">{rule}</td>
      <td className="r">{evidence === undefined ? '–' : shortText(evidence.value)}</td>
      <td className="r">{evidence === undefined ? '–' : shortText(evidence.threshold)}</td>
      <td>
        {evidence === undefined || alert === undefined ? (
          <State status="succeeded" word="Quiet" />
        ) : (
          <span className="row">
            <State status={alert.status} /> <When at={alert.since} />
          </span>
        )}
      </td>
    </tr>
  )
}
