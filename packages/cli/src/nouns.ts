/** One line per noun, in the order of the help. */
export const nouns = {
  workspace: 'Workspaces: who works on what',
  compute: 'Where steps run',
  data: 'Data assets and their versions',
  environment: 'Packages that steps and deployments run with',
  job: 'Submitted work: steps, logs, reasons',
  pipeline: 'Published pipelines',
  schedule: 'Pipelines started by the clock or by new data',
  run: 'What tracking recorded',
  experiment: 'Runs that belong together',
  model: 'Models, versions, aliases',
  endpoint: 'Models as web services',
  deployment: 'What answers behind an endpoint',
  rollout: 'Traffic moved step by step, each step analysed',
  monitor: 'Drift, quality and accuracy over time',
  alert: 'What a monitor found beyond its limit',
  label: 'What really happened, for predictions',
  trigger: 'What starts training when an alert fires',
  loop: 'From an alert to a better model in production',
  webhook: 'Where events are sent',
  principal: 'People and services',
  token: 'Keys to the API',
  role: 'Who may do what',
} as const satisfies Record<string, string>

export type Noun = keyof typeof nouns
