import { ModelyardError } from '@modelyard/contract'
import type { MetricPoint } from './metric.ts'

export type LoggedModelStatus = 'pending' | 'ready' | 'failed'

export interface LoggedModelMetric extends MetricPoint {
  readonly runId: string
  readonly datasetName: string
  readonly datasetDigest: string
}

/** A model's files with where they came from. */
export interface LoggedModel {
  readonly id: string
  readonly workspace: string
  readonly experimentId: string
  readonly name: string
  readonly modelType: string
  readonly sourceRunId: string | null
  readonly status: LoggedModelStatus
  readonly statusMessage: string
  readonly lifecycle: 'active' | 'deleted'
  readonly createdBy: string
  readonly createdAt: number
  readonly updatedAt: number
  readonly parameters: Readonly<Record<string, string>>
  readonly tags: Readonly<Record<string, string>>
  readonly metrics: readonly LoggedModelMetric[]
}

/** A logged model that a run wrote or read. */
export interface RunModel {
  readonly modelId: string
  readonly direction: 'input' | 'output'
  readonly step: number
}

export function requireLoggedModel<Model>(model: Model | undefined, id: string): Model {
  if (model === undefined)
    throw new ModelyardError('model_not_found', `Logged model with ID '${id.slice(0, 100)}' not found.`)
  return model
}

export function requireLoggedModelName(name: string): void {
  if (name === '' || name.length > 500 || /[/:.%"']/.test(name))
    throw new ModelyardError(
      'name_invalid',
      `Invalid model name '${name.slice(0, 100)}': it must not be empty and must not hold any of / : . % " '.`,
    )
}
