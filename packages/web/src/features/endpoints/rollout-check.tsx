import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { call, queryClient } from '../../api/client.ts'
import { ErrorPanel } from '../../components/error-panel.tsx'
import { Icon, type IconName } from '../../components/icon.tsx'
import { stateWord } from '../../components/state.tsx'
import { SectionHead, When } from '../../components/text.tsx'
import {
  checkNumber,
  checkTitle,
  gaugePlace,
  isActive,
  nextStep,
  verdictKind,
  verdictWord,
  wantsMore,
  weightText,
  type Rollout,
  type RolloutCheck,
} from './rollout-words.ts'

type Decision = 'approve' | 'pause' | 'resume' | 'promote' | 'rollback'

/** What the analysis of the step found, each number with its limit; and the verbs. */
export function RolloutPanel({ ws, rollout }: { readonly ws: string; readonly rollout: Rollout }) {
  const step = rollout.steps.findLast((one) => one.checks.length > 0) ?? rollout.steps[rollout.step]
  const stable = Object.keys(rollout.stable).filter((name) => name !== rollout.deployment)
  return (
    <section>
      <SectionHead
        title={`Rollout check${step === undefined ? '' : `, ${weightText(step.weight)}`}`}
        basis={`${rollout.deployment} against ${stable.join(', ') || 'nothing'}`}
      >
        {isActive(rollout) ? undefined : (
          <span>
            {stateWord(rollout.state)} <When at={rollout.endedAt} />
          </span>
        )}
      </SectionHead>
      {step === undefined || step.checks.length === 0 ? (
        <p className="note">
          The analysis begins with the first requests of the step: errors and latency beside the deployment before.
        </p>
      ) : (
        <Checks checks={step.checks} stable={stable[0] ?? 'before'} candidate={rollout.deployment} />
      )}
      {rollout.reason === '' ? null : <p className="note">{rollout.reason}</p>}
      {isActive(rollout) ? <Verbs ws={ws} rollout={rollout} /> : null}
    </section>
  )
}

/** Each number of the analysis with its limit and what it means. */
export function Checks({
  checks,
  stable,
  candidate,
}: {
  readonly checks: readonly RolloutCheck[]
  readonly stable: string
  readonly candidate: string
}) {
  return (
    <div className="scroll" tabIndex={0} role="group" aria-label="Checks of the rollout">
      <table className="ckt">
        <thead>
          <tr>
            <th>
              <span className="vh">Check</span>
            </th>
            <th className="r">{stable}</th>
            <th className="r">{candidate}</th>
            <th>
              <span className="vh">Share of the limit</span>
            </th>
            <th>Limit</th>
            <th>
              <span className="vh">Verdict</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {checks.map((check) => {
            const place = gaugePlace(check)
            return (
              <tr key={check.name} title={check.reason}>
                <td>{checkTitle(check)}</td>
                <td className="r">{numberWithUnit(check.stable, check.unit)}</td>
                <td className="r m">{numberWithUnit(check.candidate, check.unit)}</td>
                <td>
                  {place === undefined ? null : (
                    <div className="gauge" aria-hidden="true">
                      <i style={{ left: `${Math.max(2, place * 100)}%` }} />
                    </div>
                  )}
                </td>
                <td className="sub">{limitText(check)}</td>
                <td>
                  <span className={`st ${verdictKind[check.verdict]}`}>
                    <Icon name={verdictKind[check.verdict]} size={14} />
                    {verdictWord[check.verdict]}
                  </span>
                </td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </div>
  )
}

function limitText(check: RolloutCheck): string {
  if (check.name === 'sample_ratio') return 'as the split'
  if (check.limit === null) return '–'
  return `${checkNumber(check.limit, check.unit)}${unitAfter(check.unit)} or ${wantsMore(check) ? 'more' : 'less'}`
}

const unitAfter = (unit: string): string => (unit === '%' || unit === 'ms' ? `\u202f${unit}` : '')

function numberWithUnit(value: number | null, unit: string) {
  return (
    <>
      {checkNumber(value, unit)}
      {value === null || unitAfter(unit) === '' ? null : <span className="u">{unitAfter(unit)}</span>}
    </>
  )
}

function Verbs({ ws, rollout }: { readonly ws: string; readonly rollout: Rollout }) {
  const [asks, setAsks] = useState<Decision>()
  const decide = useMutation({
    mutationFn: (decision: Decision) =>
      call('decideRollout', {
        params: { ws, endpoint: rollout.endpoint, rollout: rollout.id, decision },
        body: { note: '' },
      }),
    onSuccess: () => setAsks(undefined),
    onSettled: () =>
      Promise.all(
        ['endpoints', 'loops', 'overview'].map((noun) => queryClient.invalidateQueries({ queryKey: [ws, noun] })),
      ),
  })
  const next = rollout.steps[nextStep(rollout)]
  const verb = (decision: Decision, text: string, icon: IconName, kind = '') => (
    <button
      type="button"
      className={`btn ${kind}`}
      disabled={decide.isPending}
      onClick={() => (decision === 'promote' || decision === 'rollback' ? setAsks(decision) : decide.mutate(decision))}
    >
      <Icon name={icon} size={14} />
      <span>{text}</span>
    </button>
  )
  return (
    <>
      <div className="row wrap" style={{ marginTop: 10 }}>
        {rollout.waitsForApproval
          ? verb('approve', next === undefined ? 'Approve' : `Approve ${weightText(next.weight)}`, 'check', 'pri')
          : null}
        {verb('rollback', 'Roll back', 'back')}
        {rollout.state === 'paused' && !rollout.waitsForApproval ? verb('resume', 'Resume', 'play') : null}
        {rollout.state === 'running' && !rollout.waitsForApproval ? verb('pause', 'Pause', 'pause') : null}
        {verb('promote', 'Promote now', 'play', 'ghost')}
      </div>
      {asks === undefined ? null : (
        <p className="notice">
          {asks === 'promote'
            ? `All requests go to ${rollout.deployment} at once, whatever the analysis says.`
            : `Traffic goes back to ${Object.entries(rollout.stable)
                .map(([name, weight]) => `${name} ${weight} %`)
                .join(', ')} at once.`}{' '}
          <button type="button" className="btn" disabled={decide.isPending} onClick={() => decide.mutate(asks)}>
            {asks === 'promote' ? 'Promote' : 'Roll back'}
          </button>{' '}
          <button type="button" className="btn ghost" onClick={() => setAsks(undefined)}>
            Not now
          </button>
        </p>
      )}
      {decide.isError ? <ErrorPanel error={decide.error} /> : null}
    </>
  )
}
