import type { ServerEvent } from '@modelyard/client'

const nouns: Readonly<Record<string, readonly string[]>> = {
  job: ['jobs', 'overview', 'compute', 'pipelines', 'activity'],
  step: ['jobs', 'overview', 'compute'],
  node: ['compute', 'overview'],
  compute_target: ['compute', 'overview', 'activity'],
  run: ['runs', 'experiments', 'overview'],
  experiment: ['experiments', 'activity'],
  pipeline: ['pipelines', 'overview', 'activity'],
  pipeline_endpoint: ['pipelines', 'activity'],
  schedule: ['pipelines', 'jobs', 'activity'],
  environment: ['activity'],
  model: ['models', 'overview', 'activity'],
  model_version: ['models', 'overview', 'activity'],
  model_alias: ['models', 'overview', 'endpoints', 'activity'],
  gate: ['models', 'jobs', 'activity'],
  endpoint: ['endpoints', 'models', 'overview', 'activity'],
  deployment: ['endpoints', 'models', 'overview', 'activity'],
  rollout: ['endpoints', 'loops', 'models', 'overview', 'activity'],
  monitor: ['monitors', 'overview', 'activity'],
  labels: ['monitors', 'collected', 'activity'],
  alert: ['alerts', 'monitors', 'overview', 'activity'],
  trigger: ['triggers', 'loops', 'activity'],
  loop: ['loops', 'triggers', 'models', 'overview', 'activity'],
  webhook: ['webhooks', 'activity'],
  delivery: ['webhooks'],
  data_asset: ['data', 'overview', 'activity'],
  role_assignment: ['roles', 'activity'],
}

/** The beginnings of query keys that an event makes stale. */
export function staleKeys(ws: string, event: Pick<ServerEvent, 'name' | 'subject'>): readonly (readonly string[])[] {
  if (event.name === 'step.log_appended') return []
  const subject = event.subject.split('/').at(-1) ?? event.subject
  if (event.name === 'run.metrics_logged')
    return [
      [ws, 'runs', subject],
      [ws, 'runs', 'list'],
    ]
  const noun = event.name.split('.')[0] ?? ''
  if (noun === 'token' || noun === 'principal') return [[`${noun}s`], ['me']]
  if (noun === 'workspace') return [['workspaces'], ['me']]
  const keys = (nouns[noun] ?? []).map((name) => [ws, name])
  return noun === 'role_assignment' ? [...keys, ['me']] : keys
}
