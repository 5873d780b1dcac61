import type { Failure, GateEvidence, Job, JobSummary, Scalar, Step } from '@modelyard/contract'
import { toTimestamp } from '@modelyard/platform'
import type { EdgeTable, JobTable, StepTable } from './job-tables.ts'
import type { StoredOutputs } from './step.ts'

const timestamp = (at: number | null): string | null => (at === null ? null : toTimestamp(at))
const parse = <Value>(text: string): Value => JSON.parse(text) as Value
const parseOrNull = <Value>(text: string | null): Value | null => (text === null ? null : (JSON.parse(text) as Value))

/** The document of a step. */
export function toStep(row: StepTable, needs: readonly string[]): Step {
  return {
    name: row.name,
    type: row.kind,
    status: row.status,
    reused: row.reused === 1,
    reusedFrom:
      row.reused_job === null || row.reused_step === null ? null : { jobId: row.reused_job, step: row.reused_step },
    runId: row.run_id,
    computeTarget: row.compute_target,
    nodeId: row.node_id,
    error: parseOrNull<Failure>(row.error),
    reason: row.reason,
    attempts: row.attempts,
    attemptState: row.attempt_state,
    needs: [...needs],
    createdAt: toTimestamp(row.created_at),
    startedAt: timestamp(row.started_at),
    endedAt: timestamp(row.ended_at),
    outputs: Object.entries(parse<StoredOutputs>(row.outputs)).map(([name, output]) => ({
      name,
      tree: output.tree,
      sizeBytes: output.sizeBytes,
    })),
    evidence: parseOrNull<GateEvidence>(row.evidence),
  }
}

function base(row: JobTable, serverUrl: string): Omit<Job, 'steps' | 'warnings'> {
  return {
    id: row.id,
    name: row.name,
    experiment: row.experiment,
    status: row.status,
    error: parseOrNull<Failure>(row.error),
    createdAt: toTimestamp(row.created_at),
    startedAt: timestamp(row.started_at),
    endedAt: timestamp(row.ended_at),
    cancelRequestedAt: timestamp(row.cancel_requested_at),
    createdBy: row.created_by,
    pipeline: row.pipeline_name === null ? null : { name: row.pipeline_name, version: row.pipeline_version ?? 1 },
    parameters: parse<Record<string, Scalar>>(row.parameters),
    tags: parse<Record<string, string>>(row.tags),
    url: `${serverUrl}/w/${row.workspace}/jobs/${row.id}`,
  }
}

/** The document of a job with its steps in the order of the file. */
export function toJob(row: JobTable, steps: readonly StepTable[], edges: readonly EdgeTable[], serverUrl: string): Job {
  const needs = new Map<string, string[]>()
  for (const edge of edges) needs.set(edge.to_step, [...(needs.get(edge.to_step) ?? []), edge.from_step])
  return {
    ...base(row, serverUrl),
    warnings: parse<string[]>(row.warnings),
    steps: steps.map((step) => toStep(step, needs.get(step.name) ?? [])),
  }
}

export function toJobSummary(
  row: JobTable,
  states: { counts: Record<string, number>; reused: number } | undefined,
  serverUrl: string,
): JobSummary {
  return { ...base(row, serverUrl), stepCounts: states?.counts ?? {}, reusedSteps: states?.reused ?? 0 }
}
