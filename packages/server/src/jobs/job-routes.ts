import { ModelyardError, type JobSubmission } from '@modelyard/contract'
import { buffer } from 'node:stream/consumers'
import type { Handlers } from '../http/index.ts'
import { toPage, type Platform } from '../platform/index.ts'
import { toJobSummary } from './job-document.ts'
import type { JobService } from './job-service.ts'
import { listJobs, type JobFilter } from './job-store.ts'
import type { LogService } from './log-service.ts'
import { countStepStates } from './step-store.ts'
import type { StoredOutputs } from './step.ts'
import type { createLeaseService } from './lease-service.ts'

type Ids = 'listJobs' | 'getJob' | 'cancelJob' | 'getJobSource' | 'getJobLogs' | 'explainJob' | 'getStepOutput'

/** A page of summaries, for the lists of jobs here and under a pipeline. */
export async function jobPage(
  platform: Platform,
  filter: JobFilter,
  query: { pageSize: number; pageToken?: string | undefined },
) {
  const { read } = platform.store
  const rows = await listJobs(read, filter, query.pageSize + 1, query.pageToken)
  const states = await countStepStates(
    read,
    rows.map((row) => row.id),
  )
  return toPage(
    rows,
    query.pageSize,
    (row) => [row.id],
    (row) => toJobSummary(row, states.get(row.id), platform.serverUrl()),
  )
}

export function jobHandlers(platform: Platform, service: JobService, logs: LogService): Handlers<Ids> {
  return {
    listJobs: ({ params, query }) =>
      jobPage(
        platform,
        {
          workspace: params.ws,
          status: query.status,
          pipeline: query.pipeline,
          experiment: query.experiment,
          search: query.search,
        },
        query,
      ),
    getJob: ({ params }) => service.get(params.ws, params.id),
    cancelJob: ({ params, access, requestId }) =>
      service.cancel(params.ws, params.id, { actor: access.actor, requestId }),
    async getJobSource({ params }) {
      return JSON.parse(
        (await service.requireJob(platform.store.read, params.ws, params.id)).submission,
      ) as JobSubmission
    },
    async getJobLogs({ params, query, reply, signal }) {
      await service.requireJob(platform.store.read, params.ws, params.id)
      if (query.step !== undefined) await service.requireStep(params.id, query.step)
      if (query.follow === 'false') return { chunks: await logs.chunks(params.id, query) }
      await logs.follow(params.id, query, reply, signal)
      return undefined
    },
    explainJob: ({ params, query }) => service.why(params.ws, params.id, query.step),
    async getStepOutput({ params }) {
      await service.requireJob(platform.store.read, params.ws, params.id)
      const output = (JSON.parse((await service.requireStep(params.id, params.step)).outputs) as StoredOutputs)[
        params.output
      ]
      if (output === undefined)
        throw new ModelyardError(
          'artifact_not_found',
          `The step '${params.step}' of ${params.id} has no output '${params.output}' (yet).`,
        )
      return { name: params.output, tree: output.tree, sizeBytes: output.sizeBytes }
    },
  }
}

export function leaseHandlers(
  leases: ReturnType<typeof createLeaseService>,
): Handlers<'announceNode' | 'exchangeWork' | 'appendAttemptLog'> {
  const own = (call: { access: { nodeId?: string }; params: { node: string } }): string => {
    if (call.access.nodeId !== call.params.node)
      throw new ModelyardError('not_allowed', `This token is not the one of the node '${call.params.node}'.`)
    return call.params.node
  }
  return {
    announceNode: (call) => leases.announce(own(call), call.body),
    exchangeWork: (call) => leases.exchange(own(call), call.body, call.signal),
    async appendAttemptLog(call) {
      return {
        sizeBytes: await leases.appendLog(own(call), call.params.attempt, call.query.offset, await buffer(call.stream)),
      }
    },
  }
}
