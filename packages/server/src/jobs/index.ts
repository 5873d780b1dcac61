import { join } from 'node:path'
import { toTimestamp } from '@modelyard/platform'
import type { Compute } from '../compute/index.ts'
import type { Data } from '../data/index.ts'
import type { Experiments } from '../experiments/index.ts'
import type { AnyHandlers } from '../http/index.ts'
import type { Database, Platform } from '../platform/index.ts'
import { createAttemptLogs } from './attempt-logs.ts'
import { createDemand } from './demand.ts'
import { jobHandlers, jobPage, leaseHandlers } from './job-routes.ts'
import { createJobService } from './job-service.ts'
import { countJobs, findJob, listJobs } from './job-store.ts'
import { createLeaseService } from './lease-service.ts'
import { createLogService } from './log-service.ts'
import type { RunTokens } from './ports.ts'
import { createStepEngine } from './step-engine.ts'
import { countUnfinished, findStep, listEdges, listRunningGates, listSteps } from './step-store.ts'
import type { StepSpec } from './step.ts'

export { jobMigrations } from './job-tables.ts'
export type { CachedResult, PlannedJob, PlannedStep, ReadyStep, RunTokens, StepCache, StepExecutor } from './ports.ts'
export type { Binding, OutputSpec, StepResult, StepSpec } from './step.ts'

const dayMs = 86_400_000

export interface JobsDeps {
  readonly compute: Compute
  readonly data: Data
  readonly experiments: Experiments
  readonly tokens: RunTokens
}

/** Jobs: submissions of work, their steps, attempts, leases and logs. */
export function createJobs(platform: Platform, deps: JobsDeps) {
  const logs = createAttemptLogs(join(platform.configuration.home, 'logs', 'attempts'))
  const demand = createDemand(platform, deps.compute)
  const engine = createStepEngine(platform, {
    experiments: deps.experiments,
    data: deps.data,
    tokens: deps.tokens,
    targetChanged(targetId) {
      leases.wakeTarget(targetId)
      demand.changed(targetId)
    },
    wakeNode: (nodeId) => leases.wakeNode(nodeId),
  })
  const leases = createLeaseService(platform, {
    ...deps,
    engine,
    logs,
    setRunRunning: (tx, runId) => deps.experiments.setRunStatus(tx, runId, 'running'),
  })
  leases.onLeased(demand.changed)
  const service = createJobService(platform, {
    engine,
    experiments: deps.experiments,
    data: deps.data,
    wakeNode: leases.wakeNode,
  })
  deps.compute.onNodeLost(leases.loseNode)
  deps.compute.onDrain(leases.wakeNode)
  deps.compute.setUsage((targetId) => countUnfinished(platform.store.read, targetId))
  const handlers = {
    ...jobHandlers(platform, service, createLogService(platform, logs)),
    ...leaseHandlers(leases),
  } satisfies AnyHandlers

  return {
    handlers,
    submit: service.submit,
    get: service.get,
    cancel: service.cancel,
    requireJob: service.requireJob,
    jobPage: (
      filter: { workspace: string; pipeline?: string },
      query: { pageSize: number; pageToken?: string | undefined },
    ) => jobPage(platform, filter, query),
    /** Where an output came from: the run, code and data of the step that made it, or of the one it was reused from. */
    async sourceOf(db: Database, jobId: string, name: string) {
      const step = await findStep(db, jobId, name)
      if (step === undefined) return undefined
      const spec = JSON.parse(step.spec) as StepSpec
      return {
        runId: step.run_id,
        codeTree: spec.kind === 'command' ? spec.code : null,
        data: await dataOf(db, jobId, [name, ...(await stepsBefore(db, jobId, name))]),
      }
    },
    /** Runs of the steps that a step waits for, and of those before them, nearest first. */
    async upstreamRuns(jobId: string, name: string): Promise<string[]> {
      const runs = new Map((await listSteps(platform.store.read, jobId)).map((step) => [step.name, step.run_id]))
      return (await stepsBefore(platform.store.read, jobId, name)).flatMap((step) => runs.get(step) ?? [])
    },
    registerStepExecutor: engine.registerExecutor,
    setStepCache: engine.setCache,
    /** What keeps a workspace from being deleted. */
    async usage(workspace: string): Promise<string[]> {
      const { queued, running } = await countJobs(platform.store.read, workspace, 0)
      return queued + running > 0 ? [`${queued + running} running jobs`] : []
    },
    /** The jobs' part of the overview: numbers, failures of a day, the month's jobs. */
    async overview(workspace: string) {
      const now = platform.clock.now()
      const counts = await countJobs(platform.store.read, workspace, now - dayMs)
      const recent = (await listJobs(platform.store.read, { workspace }, 300)).filter(
        (job) => job.created_at > now - 30 * dayMs,
      )
      return {
        counts: { queuedJobs: counts.queued, runningJobs: counts.running, failedJobs24h: counts.failed },
        needsAttention: recent
          .filter((job) => job.status === 'failed' && (job.ended_at ?? 0) > now - dayMs)
          .slice(0, 10)
          .map((job) => ({
            kind: 'job_failed' as const,
            subject: job.id,
            title: `${job.name} failed`,
            at: toTimestamp(job.ended_at ?? job.created_at),
            link: `/w/${workspace}/jobs/${job.id}`,
          })),
        timeline: recent.map((job) => ({
          lane: 'jobs' as const,
          name: job.name,
          at: toTimestamp(job.started_at ?? job.created_at),
          endedAt: job.ended_at === null ? null : toTimestamp(job.ended_at),
          status: job.status,
          link: `/w/${workspace}/jobs/${job.id}`,
        })),
      }
    },
    async start() {
      // Steps the server was doing itself begin again: nothing of them was published.
      for (const step of await listRunningGates(platform.store.read)) {
        const job = await findJob(platform.store.read, step.job_id)
        if (job !== undefined) void platform.store.write((tx) => engine.toReady(tx, job, step)).then(engine.execute)
      }
      await demand.start()
    },
  }
}

export type Jobs = ReturnType<typeof createJobs>

/** `name:version` of a data asset as lineage; a local folder has no version. */
function toDataLineage(label: string, digest: string): { name: string; version: string | null; digest: string } {
  const match = /^(.+):(\d+)$/.exec(label)
  return match?.[1] === undefined
    ? { name: label, version: null, digest }
    : { name: match[1], version: match[2] ?? null, digest }
}

/** Steps that a step waits for, and those before them, nearest first. */
async function stepsBefore(db: Database, jobId: string, name: string): Promise<string[]> {
  const edges = await listEdges(db, jobId)
  const seen = new Set<string>()
  let front = [name]
  while (front.length > 0) {
    front = [...new Set(edges.filter((edge) => front.includes(edge.to_step)).map((edge) => edge.from_step))].filter(
      (step) => !seen.has(step),
    )
    for (const step of front) seen.add(step)
  }
  return [...seen]
}

/** What steps took from outside of the job, in the order of the steps: each file or folder once. */
async function dataOf(
  db: Database,
  jobId: string,
  names: readonly string[],
): Promise<{ name: string; version: string | null; digest: string }[]> {
  const specs = new Map((await listSteps(db, jobId)).map((step) => [step.name, JSON.parse(step.spec) as StepSpec]))
  const found = new Map<string, { name: string; version: string | null; digest: string }>()
  for (const name of names) {
    for (const binding of Object.values(specs.get(name)?.inputs ?? {}))
      if (binding.kind === 'tree') found.set(binding.label, toDataLineage(binding.label, binding.tree))
  }
  return [...found.values()]
}
