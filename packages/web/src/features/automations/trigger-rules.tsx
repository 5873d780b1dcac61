import type { ItemOf } from '@modelyard/client'
import { AppLink, pathIn } from '../../components/app-link.tsx'
import { durationText } from '../../components/format.ts'

export type Trigger = ItemOf<'listTriggers'>

/** When a trigger may start, and what it starts. */
export function TriggerRules({ ws, trigger }: { readonly ws: string; readonly trigger: Trigger }) {
  const { rollout } = trigger
  const set = Object.entries(trigger.set)
  return (
    <dl className="kv" style={{ marginTop: 8 }}>
      <dt>Starts</dt>
      <dd>
        <AppLink to={pathIn(ws, 'pipelines', trigger.pipeline)} className="link">
          {trigger.pipeline}
        </AppLink>
        {set.length === 0 ? '' : ` with ${set.map(([name, value]) => `${name} = ${String(value)}`).join(', ')}`}
      </dd>
      <dt>Cool-down</dt>
      <dd>{trigger.coolDownMs === 0 ? 'none' : durationText(trigger.coolDownMs)}</dd>
      <dt>Budget</dt>
      <dd>
        {trigger.budgetPerDay} {trigger.budgetPerDay === 1 ? 'loop' : 'loops'} a day, one at a time
      </dd>
      <dt>New labels needed</dt>
      <dd>{trigger.minNewLabels.toLocaleString('en-GB')}</dd>
      <dt>Then</dt>
      <dd>
        {rollout === null ? (
          'registers the model; nothing is deployed'
        ) : (
          <>
            deploys to{' '}
            <AppLink to={pathIn(ws, 'endpoints', rollout.endpoint)} className="link">
              {rollout.endpoint}
            </AppLink>
            , {rollout.policy.steps.map((weight) => `${weight} %`).join(' → ')}, each{' '}
            {durationText(rollout.policy.bakeMs)} and {rollout.policy.minRequests} requests,{' '}
            {rollout.policy.approval === 'manual' ? 'with approval' : 'by itself'}
          </>
        )}
      </dd>
    </dl>
  )
}
