import { exactText } from '../../components/format.ts'
import { Checks } from './rollout-check.tsx'
import { weightText, type Rollout } from './rollout-words.ts'

/** What each step of a rollout found, as a loop kept it. */
export function RolloutEvidence({
  evidence,
  deployment,
}: {
  readonly evidence: Pick<Rollout, 'steps' | 'stable'>
  readonly deployment: string
}) {
  const stable = Object.keys(evidence.stable).find((name) => name !== deployment) ?? 'before'
  const analysed = evidence.steps.filter((step) => step.checks.length > 0)
  if (analysed.length === 0) return <p className="note">No step was analysed yet.</p>
  return (
    <div className="rsts">
      {analysed.map((step) => (
        <div key={step.weight}>
          <h3>
            {weightText(step.weight)}, {step.state}
            {step.endedAt === null ? '' : <span className="sub"> {exactText(step.endedAt)}</span>}
          </h3>
          <Checks checks={step.checks} stable={stable} candidate={deployment} />
        </div>
      ))}
    </div>
  )
}
