import type {
  ExperimentRecord,
  LoggedModel,
  MetricPoint,
  RunDetails,
  RunModel,
  RunRecord,
} from '../experiments/index.ts'
import { loggedModelRoot, runRoot } from './artifact-reference.ts'
import { writeDouble, writePairs } from './wire.ts'

const contextTag = 'mlflow.data.context'

export function writeExperiment(experiment: ExperimentRecord, tags: Readonly<Record<string, string>>) {
  return {
    experiment_id: experiment.id,
    name: experiment.name,
    artifact_location: `mlflow-artifacts:/${experiment.id}`,
    lifecycle_stage: experiment.lifecycle,
    last_update_time: experiment.updatedAt,
    creation_time: experiment.createdAt,
    workspace: experiment.workspace,
    tags: writePairs(tags),
  }
}

export function writeRunInfo(run: RunRecord, user = run.createdBy) {
  return {
    run_id: run.id,
    run_uuid: run.id,
    run_name: run.name,
    experiment_id: run.experimentId,
    user_id: user,
    status: run.status.toUpperCase(),
    start_time: run.startedAt,
    ...(run.endedAt === null ? {} : { end_time: run.endedAt }),
    artifact_uri: runRoot(run.experimentId, run.id),
    lifecycle_stage: run.lifecycle,
  }
}

function writeMetric(point: MetricPoint) {
  return { key: point.name, value: writeDouble(point.value), timestamp: point.at, step: point.step }
}

export interface RunParts {
  readonly details: RunDetails | undefined
  readonly metrics: readonly MetricPoint[] | undefined
  readonly models: readonly RunModel[] | undefined
}

export function writeRun(run: RunRecord, parts: RunParts) {
  const tags = parts.details?.tags ?? {}
  const models = parts.models ?? []
  return {
    info: writeRunInfo(run, tags['mlflow.user'] ?? run.createdBy),
    data: {
      metrics: (parts.metrics ?? []).map(writeMetric),
      params: writePairs(parts.details?.parameters ?? {}),
      tags: writePairs(tags),
    },
    inputs: {
      dataset_inputs: (parts.details?.inputs ?? []).map((input) => ({
        tags: writePairs(input.context === '' ? input.tags : { ...input.tags, [contextTag]: input.context }),
        dataset: {
          name: input.name,
          digest: input.digest,
          source_type: input.sourceType,
          source: input.source,
          ...(input.schema === null ? {} : { schema: input.schema }),
          ...(input.profile === null ? {} : { profile: input.profile }),
        },
      })),
      model_inputs: models.filter((model) => model.direction === 'input').map((model) => ({ model_id: model.modelId })),
    },
    outputs: {
      model_outputs: models
        .filter((model) => model.direction === 'output')
        .map((model) => ({ model_id: model.modelId, step: model.step })),
    },
  }
}

const modelStatuses = {
  pending: 'LOGGED_MODEL_PENDING',
  ready: 'LOGGED_MODEL_READY',
  failed: 'LOGGED_MODEL_UPLOAD_FAILED',
} as const

export function writeLoggedModel(model: LoggedModel) {
  return {
    info: {
      model_id: model.id,
      experiment_id: model.experimentId,
      name: model.name,
      creation_timestamp_ms: model.createdAt,
      last_updated_timestamp_ms: model.updatedAt,
      artifact_uri: loggedModelRoot(model.experimentId, model.id),
      status: modelStatuses[model.status],
      model_type: model.modelType,
      ...(model.sourceRunId === null ? {} : { source_run_id: model.sourceRunId }),
      status_message: model.statusMessage,
      tags: writePairs(model.tags),
      registrations: [],
    },
    data: {
      params: writePairs(model.parameters),
      metrics: model.metrics.map((metric) => ({
        ...writeMetric(metric),
        model_id: model.id,
        run_id: metric.runId,
        ...(metric.datasetName === '' ? {} : { dataset_name: metric.datasetName }),
        ...(metric.datasetDigest === '' ? {} : { dataset_digest: metric.datasetDigest }),
      })),
    },
  }
}
