import { shortId, shortText, spanText } from '../../components/format.ts'
import { isRolloutEvidence } from '../endpoints/rollout-evidence-kind.ts'
import { isGateEvidence } from './gate-evidence.ts'
import { stageWord, type Loop, type Stage } from './stage-words.ts'

export interface StageSummary {
  readonly head: string
  readonly line: string
}

type Fields = Readonly<Record<string, unknown>>
const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {}

/** A stage in the few words that fit its cell; its sentence and evidence are a click away. */
export function stageSummary(loop: Loop, stage: Stage): StageSummary {
  if (stage.status === 'waiting') return { head: 'next', line: '' }
  if (stage.status === 'skipped') return { head: 'skipped', line: stage.detail }
  if (stage.status === 'failed' && stage.name !== 'rollout') return { head: 'failed', line: stage.detail }
  return summaries[stage.name](loop, stage)
}

const summaries: Readonly<Record<Stage['name'], (loop: Loop, stage: Stage) => StageSummary>> = {
  alert: alertSummary,
  retrain: (loop, stage) => ({
    head: loop.jobId === null ? stageWord[stage.status] : `job ${shortId(loop.jobId)}`,
    line: stage.endedAt === null ? 'training' : `took ${spanText(stage.startedAt, stage.endedAt)}`,
  }),
  gate: (_loop, stage) => gateSummary(stage),
  deploy: (loop, stage) => ({
    head: loop.deployment ?? stageWord[stage.status],
    line: loop.version === null ? '' : `version ${loop.version}${stage.status === 'running' ? ', starting' : ''}`,
  }),
  rollout: (_loop, stage) => rolloutSummary(stage),
  promote: (loop, stage) => ({
    head: stage.endedAt === null ? 'promoting' : dayText(stage.endedAt),
    line: loop.version === null ? '' : `version ${loop.version}`,
  }),
}

const dayText = (at: string): string =>
  new Date(at).toLocaleDateString('en-GB', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' })

function alertSummary(loop: Loop, stage: Stage): StageSummary {
  const facts = fieldsOf(stage.evidence)
  const since = facts['since']
  const features = Array.isArray(facts['features']) ? facts['features'].length : 0
  const first = Array.isArray(facts['evidence']) ? fieldsOf(facts['evidence'][0]) : {}
  const { value, threshold, statistic } = first
  const measured =
    typeof value === 'number' && typeof threshold === 'number' && typeof statistic === 'string'
      ? `${statistic} ${shortText(value)}, limit ${shortText(threshold)}`
      : stage.detail
  const head =
    typeof since === 'string'
      ? `since ${dayText(since)}`
      : loop.monitor === null
        ? 'by hand'
        : stage.title || stageWord[stage.status]
  return { head, line: features > 1 ? `${features} features over` : measured }
}

function gateSummary(stage: Stage): StageSummary {
  if (!isGateEvidence(stage.evidence)) return { head: stageWord[stage.status], line: stage.detail }
  const { decision, difference, interval, metric, challenger } = stage.evidence
  const heads = { passed: 'passed', refused: 'refused', insufficient: 'too little to say', first: 'first version' }
  const figure = (value: number): string =>
    `${value > 0 ? '+' : value < 0 ? '−' : ''}${Math.abs(value) < 10 ? Math.abs(value).toPrecision(2) : shortText(Math.abs(value))}`
  return {
    head: heads[decision],
    line:
      difference === null
        ? `${metric} ${shortText(challenger.value)}`
        : `${figure(difference)}${interval === null ? '' : ` (${figure(interval[0])} to ${figure(interval[1])})`}`,
  }
}

function rolloutSummary(stage: Stage): StageSummary {
  const { evidence } = stage
  const steps = isRolloutEvidence(evidence) ? evidence.steps : []
  const reached = steps.filter((step) => step.state !== 'waiting').map((step) => step.weight)
  const head = reached.length === 0 ? stageWord[stage.status] : `${reached.join(', ')} %`
  if (stage.status === 'succeeded') return { head, line: 'no regression' }
  if (stage.status === 'failed') return { head, line: 'rolled back' }
  if (/approv/i.test(stage.title)) return { head, line: 'waits for approval' }
  return { head, line: stage.status === 'paused' ? 'paused' : 'being analysed' }
}
