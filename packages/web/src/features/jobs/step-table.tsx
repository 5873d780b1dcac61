import { spanText } from '../../components/format.ts'
import { State } from '../../components/state.tsx'
import { stepState, type Step } from './schedule.ts'

/** The steps as a table, for readers and for graphs too big to draw. */
export function StepTable({
  steps,
  selected,
  now,
  onSelect,
}: {
  readonly steps: readonly Step[]
  readonly selected: string | undefined
  readonly now: number
  readonly onSelect: (step: string) => void
}) {
  return (
    <div className="scroll" tabIndex={0} role="group" aria-label="Steps">
      <table>
        <thead>
          <tr>
            <th>Step</th>
            <th>State</th>
            <th>Compute</th>
            <th className="r">Took</th>
            <th>Why</th>
          </tr>
        </thead>
        <tbody>
          {steps.slice(0, 2000).map((step) => (
            <tr key={step.name} className={step.name === selected ? 'sel' : undefined}>
              <td>
                <button type="button" className="plain m link" onClick={() => onSelect(step.name)}>
                  {step.name}
                </button>
              </td>
              <td>
                <State status={stepState(step)} />
              </td>
              <td className="sub">{step.nodeId ?? step.computeTarget ?? ''}</td>
              <td className="r">{step.reused ? '–' : spanText(step.startedAt, step.endedAt, now)}</td>
              <td className="sub">{step.reason}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
