/** What somebody did, as a sentence's verb; what is not listed reads as its event's name. */
const verbs: Readonly<Record<string, string>> = {
  'rollout.started': 'started a rollout',
  'rollout.step_started': 'moved the rollout to its next step',
  'rollout.paused': 'paused the rollout',
  'rollout.resumed': 'resumed the rollout',
  'rollout.promoted': 'ended the rollout: all traffic',
  'rollout.rolled_back': 'rolled back',
  'endpoint.mirror_changed': 'changed the copies of requests',
  'endpoint.traffic_changed': 'changed the traffic',
  'monitor.created': 'created the monitor',
  'monitor.updated': 'changed the monitor',
  'monitor.deleted': 'deleted the monitor',
  'labels.added': 'added labels',
  'alert.pending': 'saw a first window beyond its limit',
  'alert.firing': 'raised an alert',
  'alert.acknowledged': 'acknowledged the alert',
  'alert.resolved': 'resolved the alert',
  'trigger.created': 'created the trigger',
  'trigger.deleted': 'deleted the trigger',
  'trigger.fired': 'fired the trigger',
  'trigger.skipped': 'did not start: a guard rail held',
  'loop.changed': 'took the loop a stage on',
  'loop.ended': 'ended the loop',
  'webhook.created': 'created the webhook',
  'webhook.deleted': 'deleted the webhook',
}

export const actionText = (action: string): string => verbs[action] ?? action.replace('.', ' ').replaceAll('_', ' ')

const told = ['summary', 'title', 'reason', 'note', 'weight', 'status', 'state'] as const
const silent = new Set(['running', ''])

/** The one thing of the entry that says why or how far, where it holds one. */
export function actionDetail(after: unknown): string {
  if (typeof after !== 'object' || after === null) return ''
  const fields = after as Readonly<Record<string, unknown>>
  // A loop tells of the stages that changed; the last one is where it is.
  const { stages } = fields
  if (Array.isArray(stages)) return actionDetail(stages.at(-1))
  for (const name of told) {
    const value = fields[name]
    if (typeof value === 'string' && !silent.has(value)) return value
    if (typeof value === 'number') return name === 'weight' ? `${value} %` : String(value)
  }
  return ''
}

const pages: Readonly<Record<string, string>> = {
  monitor: 'monitors',
  alert: 'alerts',
  trigger: 'triggers',
  loop: 'loops',
  webhook: 'webhooks',
  endpoint: 'endpoints',
  rollout: 'endpoints',
  deployment: 'endpoints',
  model: 'models',
  job: 'jobs',
  pipeline: 'pipelines',
  data_asset: 'data',
  compute_target: 'compute',
}
const deleted = /\.(deleted|removed)$/

/** Parts of the address of the page that shows the subject; undefined when none does. */
export function subjectPath(action: string, subject: string): readonly string[] | undefined {
  const page = pages[action.split('.')[0] ?? '']
  const [first = ''] = subject.split('/')
  return page === undefined || first === '' || deleted.test(action) ? undefined : [page, first]
}
