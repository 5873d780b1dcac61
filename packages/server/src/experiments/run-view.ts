import type { Artifact, Experiment, MetricSeries, Run } from '@modelyard/contract'
import { toTimestamp } from '@modelyard/platform'
import type { ArtifactItem } from './artifact.ts'
import type { ExperimentRecord } from './experiment.ts'
import { toMetricValue, type MetricPoint } from './metric.ts'
import type { Series } from './metric-series.ts'
import type { RunRecord } from './run.ts'
import type { RunDetails } from './run-store.ts'

/** What the API says of an experiment. */
export function viewExperiment(
  experiment: ExperimentRecord,
  tags: Record<string, string>,
  use: { runs: number; lastRunAt: number } | undefined,
): Experiment {
  return {
    id: experiment.id,
    name: experiment.name,
    lifecycle: experiment.lifecycle,
    tags,
    createdAt: toTimestamp(experiment.createdAt),
    updatedAt: toTimestamp(experiment.updatedAt),
    runCount: use?.runs ?? 0,
    lastRunAt: use === undefined ? null : toTimestamp(use.lastRunAt),
  }
}

/** What the API says of a run. */
export function viewRun(
  run: RunRecord,
  parts: {
    experiment: string
    details: RunDetails | undefined
    metrics: readonly MetricPoint[] | undefined
    serverUrl: string
  },
): Run {
  return {
    id: run.id,
    name: run.name,
    experimentId: run.experimentId,
    experiment: parts.experiment,
    status: run.status,
    lifecycle: run.lifecycle,
    createdBy: run.createdBy,
    startedAt: toTimestamp(run.startedAt),
    endedAt: run.endedAt === null ? null : toTimestamp(run.endedAt),
    parentRunId: run.parentRunId,
    jobId: run.jobId,
    step: run.step,
    parameters: parts.details?.parameters ?? {},
    metrics: (parts.metrics ?? []).map((point) => ({
      name: point.name,
      value: toMetricValue(point.value),
      step: point.step,
      at: toTimestamp(point.at),
    })),
    tags: parts.details?.tags ?? {},
    inputs: (parts.details?.inputs ?? []).map(({ name, digest, context }) => ({ name, digest, context })),
    url: `${parts.serverUrl}/w/${run.workspace}/runs/${run.id}`,
  }
}

export function viewSeries(
  runId: string,
  name: string,
  chart: { total: number; points: Series; sampled: boolean },
): MetricSeries {
  const { steps, times, values } = chart.points
  return {
    runId,
    name,
    total: chart.total,
    sampled: chart.sampled,
    points: Array.from(steps, (step, index) => ({
      step,
      at: toTimestamp(times[index] ?? 0),
      value: toMetricValue(values[index] ?? Number.NaN),
    })),
  }
}

export function viewArtifact(item: ArtifactItem): Artifact {
  return { ...item }
}
