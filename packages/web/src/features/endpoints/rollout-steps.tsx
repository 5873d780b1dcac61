import { clockText, durationText, spanText } from '../../components/format.ts'
import { Icon } from '../../components/icon.tsx'
import { useNow } from '../../components/text.tsx'
import { isActive, nextStep, stepKind, weightText, type Rollout, type RolloutStep } from './rollout-words.ts'

/** The rollout as the steps of its traffic, under the bar of the split. */
export function RolloutSteps({ rollout }: { readonly rollout: Rollout }) {
  const now = useNow(1000, isActive(rollout))
  return (
    <ol
      className="roll"
      style={{ ['--steps' as string]: rollout.steps.length }}
      aria-label={`Rollout of ${rollout.deployment}`}
    >
      {rollout.steps.map((step, index) => {
        const kind = stepKind(rollout, step, index)
        const waits = kind === 'attention' && step.state === 'waiting'
        return (
          <li key={index} className={waits || step.state === 'paused' ? 'nxt' : step.state === 'running' ? 'cur' : ''}>
            <div className="row">
              <span className={`st ${kind}`}>
                <Icon name={kind} size={14} />
                <span className="vh">{waits ? 'waits for approval' : step.state}</span>
              </span>
              <b>{weightText(step.weight)}</b>
            </div>
            <p>{whenText(rollout, step, index, waits)}</p>
            <p className="dim">{doesText(rollout, step, now)}</p>
          </li>
        )
      })}
    </ol>
  )
}

function whenText(rollout: Rollout, step: RolloutStep, index: number, waits: boolean): string {
  if (waits) return 'needs approval'
  if (step.startedAt !== null && step.endedAt !== null)
    return `${clockText(step.startedAt).slice(0, 5)} to ${clockText(step.endedAt).slice(0, 5)}`
  if (step.startedAt !== null) return `since ${clockText(step.startedAt).slice(0, 5)}`
  if (!isActive(rollout)) return 'not reached'
  return index === nextStep(rollout) ? 'next' : 'later'
}

function doesText(rollout: Rollout, step: RolloutStep, now: number): string {
  const { bakeMs, minRequests } = rollout.policy
  const requests = step.checks.find((check) => check.name === 'requests')?.candidate
  if (step.state === 'passed')
    return `${requests == null ? '' : `${requests.toLocaleString('en-GB')} requests, `}${spanText(step.startedAt, step.endedAt)}`
  if (step.startedAt !== null && step.endedAt === null) {
    const gone = Math.min(bakeMs, now - Date.parse(step.startedAt))
    return `${durationText(gone)} of ${durationText(bakeMs)}${requests == null ? '' : `, ${requests} of ${minRequests} requests`}`
  }
  if (step.state === 'failed') return 'beyond a limit'
  if (step.weight === 0) return 'copies only, answers compared'
  return step.weight === 100 ? 'all requests' : `${durationText(bakeMs)} and ${minRequests} requests`
}
