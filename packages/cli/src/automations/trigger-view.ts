import type { Answer } from '@modelyard/client'
import { paintStatus, type Style } from '../output/style.ts'
import { harmless, renderFields } from '../output/table.ts'
import { ago, count, duration } from '../output/words.ts'

export type Trigger = Answer<'getTrigger'>

export function renderTrigger(trigger: Trigger, style: Style, now: number): string {
  const { rollout, lastSkip } = trigger
  return renderFields(
    {
      trigger: style.bold(trigger.name),
      state: paintStatus(style, trigger.enabled ? 'enabled' : 'disabled'),
      pipeline: trigger.pipeline,
      set: harmless(JSON.stringify(trigger.set)),
      rests: trigger.coolDownMs === 0 ? 'not at all' : `${duration(trigger.coolDownMs)} after a loop`,
      budget: `${count(trigger.budgetPerDay, 'loop')} a day`,
      labels: `at least ${count(trigger.minNewLabels, 'new row')}`,
      rollout:
        rollout === null
          ? 'none'
          : `${rollout.endpoint}: ${rollout.policy.steps.join(' → ')} %, ${duration(rollout.policy.bakeMs)} each, ${rollout.policy.approval === 'auto' ? 'by itself' : 'after approval'}`,
      fired: ago(trigger.lastFiredAt, now),
      skipped: lastSkip === null ? undefined : `${ago(lastSkip.at, now)}: ${harmless(lastSkip.reason)}`,
    },
    style,
  )
}
