import { durationText } from '../../components/format.ts'
import { Icon } from '../../components/icon.tsx'
import { stateKind } from '../../components/state.tsx'
import { stepMs, stepState, type Job } from './schedule.ts'

/** Each step as a bar on the job's own clock; bars of the critical path are higher. */
export function TimeChart({
  job,
  critical,
  now,
}: {
  readonly job: Job
  readonly critical: ReadonlySet<string>
  readonly now: number
}) {
  const from = Date.parse(job.startedAt ?? job.createdAt)
  const to = Math.max(job.endedAt === null ? now : Date.parse(job.endedAt), from + 1)
  const place = (at: number): number => (Math.min(Math.max(at - from, 0), to - from) / (to - from)) * 100
  return (
    <div className="wf">
      {job.steps.map((step) => {
        const kind = stateKind(stepState(step))
        const start = step.startedAt === null ? undefined : place(Date.parse(step.startedAt))
        const ms = stepMs(step, now)
        const share = (ms / (to - from)) * 100
        const text = step.reused ? 'reused' : start === undefined ? step.status : durationText(ms)
        const left = (start ?? 0) + share
        return (
          <div className="wr" key={step.name}>
            <span className={`wn ${kind === 'reused' ? 'succeeded' : kind}`}>
              <Icon name={kind} size={14} />
              <span style={{ color: 'var(--text)' }}>{step.name}</span>
            </span>
            <div className="wc">
              {start === undefined && !step.reused ? null : (
                <i
                  className={`w ${kind}${critical.has(step.name) ? ' cr' : ''}`}
                  style={{ left: `${start ?? 0}%`, width: `max(3px, ${share}%)` }}
                />
              )}
              <span
                className={left > 70 && (start ?? 0) < 15 ? 'wt on' : 'wt'}
                style={
                  left > 70 && (start ?? 0) < 15
                    ? { left: `calc(${start ?? 0}% + 6px)` }
                    : left > 70
                      ? { right: `${100 - (start ?? 0) + 1}%` }
                      : { left: `calc(${left}% + 8px)` }
                }
              >
                {text}
              </span>
            </div>
          </div>
        )
      })}
      <div className="wr ax" aria-hidden="true">
        <span />
        <div className="wc">
          {[0, 0.25, 0.5, 0.75].map((part) => (
            <span key={part} style={{ left: `${part * 100}%` }}>
              {durationText((to - from) * part)}
            </span>
          ))}
        </div>
      </div>
    </div>
  )
}
