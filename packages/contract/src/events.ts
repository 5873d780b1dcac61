/** What happened, as `noun.past-tense`. Events are written in the transaction of the change and streamed in order. */
export const eventNames = [
  'workspace.created', 'workspace.deleted',
  'principal.created', 'principal.deleted', 'token.created', 'token.deleted',
  'role_assignment.created', 'role_assignment.deleted',
  'data_asset.created',
  'compute_target.created', 'compute_target.deleted', 'compute_target.scaled',
  'node.changed',
  'experiment.created', 'experiment.updated', 'experiment.deleted',
  'run.started', 'run.updated', 'run.ended', 'run.deleted', 'run.metrics_logged',
  'job.created', 'job.changed', 'job.cancel_requested', 'job.ended',
  'step.changed', 'step.log_appended',
  'pipeline.published', 'pipeline.enabled', 'pipeline.disabled', 'pipeline.triggered',
  'model.created', 'model.updated', 'model.deleted',
  'model_version.registered', 'model_version.updated', 'model_version.deleted',
  'model_alias.moved', 'model_alias.removed', 'gate.decided',
  'endpoint.created', 'endpoint.deleted', 'endpoint.traffic_changed', 'endpoint.keys_regenerated',
  'deployment.created', 'deployment.changed', 'deployment.deleted',
] as const

export type EventName = (typeof eventNames)[number]

/** Shown live but not kept in the audit trail: too many, and no decision of anybody's. */
export const transientEvents: ReadonlySet<EventName> = new Set<EventName>([
  'run.metrics_logged', 'step.log_appended', 'node.changed', 'job.changed', 'step.changed', 'run.updated',
])
