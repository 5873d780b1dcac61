import { ModelyardError, type JobSubmission } from '@modelyard/contract'
import type { FastifyRequest } from 'fastify'
import type { Handlers } from '../http/index.ts'
import type { Jobs } from '../jobs/index.ts'
import { toPage, type Platform } from '../platform/index.ts'
import { listAllVersions, listStates } from './pipeline-store.ts'
import type { PublishingService } from './publishing-service.ts'
import type { SubmissionService } from './submission-service.ts'
import { startOf } from './trigger-body.ts'

type Ids =
  | 'planJob'
  | 'createJob'
  | 'rerunJob'
  | 'listPipelines'
  | 'publishPipeline'
  | 'getPipeline'
  | 'setPipelineEnabled'
  | 'listPipelineJobs'
  | 'runPipeline'
  | 'triggerPipeline'
  | 'listPipelineVersions'
  | 'getPipelineVersion'

export function pipelineHandlers(
  platform: Platform,
  deps: { submissions: SubmissionService; publishing: PublishingService; jobs: Jobs },
): Handlers<Ids> {
  const { submissions, publishing, jobs } = deps
  const by = (call: { access: { actor: string }; requestId: string }) => ({
    actor: call.access.actor,
    requestId: call.requestId,
  })
  return {
    planJob: ({ params, body }) => submissions.plan(params.ws, body),
    createJob: (call) => submissions.submit(call.params.ws, call.body, by(call), idempotency(call.request)),
    async rerunJob(call) {
      const job = await jobs.requireJob(platform.store.read, call.params.ws, call.params.id)
      const stored = JSON.parse(job.submission) as JobSubmission
      const pipeline =
        job.pipeline_name === null ? {} : { pipeline: { name: job.pipeline_name, version: job.pipeline_version ?? 1 } }
      return submissions.submit(
        call.params.ws,
        { ...stored, force: call.body.force, set: { ...stored.set, ...call.body.set } },
        by(call),
        { ...pipeline, ...idempotency(call.request) },
      )
    },
    async listPipelines({ params, query }) {
      const states = await listStates(platform.store.read, params.ws, query.pageSize + 1, query.pageToken)
      const page = toPage(
        states,
        query.pageSize,
        (state) => [state.updated_at, state.name],
        (state) => state,
      )
      const items = await Promise.all(
        page.items.map(async (state) =>
          publishing.toDocument(state, await publishing.requireVersion(params.ws, state.name, state.latest)),
        ),
      )
      return { ...page, items }
    },
    async publishPipeline(call) {
      const { name, label, description, jobId, submission } = call.body
      if ((jobId === undefined) === (submission === undefined))
        throw new ModelyardError('request_invalid', 'Give either jobId or submission.', {
          places: [{ path: 'body', message: 'give either jobId or submission' }],
        })
      const source =
        submission ??
        (JSON.parse(
          (await jobs.requireJob(platform.store.read, call.params.ws, jobId ?? '')).submission,
        ) as JobSubmission)
      return publishing.publish(call.params.ws, { name, label, description, submission: source }, by(call))
    },
    getPipeline: ({ params, query }) => publishing.get(params.ws, params.name, query.version),
    setPipelineEnabled(call) {
      const { enabled, version } = call.body
      return version === undefined
        ? publishing.setEnabled(call.params.ws, call.params.name, enabled, by(call))
        : publishing.setVersionEnabled(call.params.ws, call.params.name, { version, enabled }, by(call))
    },
    async listPipelineJobs({ params, query }) {
      await publishing.requireState(params.ws, params.name)
      return jobs.jobPage({ workspace: params.ws, pipeline: params.name }, query)
    },
    runPipeline: (call) =>
      publishing.start(call.params.ws, call.params.name, { ...call.body, ...idempotency(call.request) }, by(call)),
    async triggerPipeline(call) {
      const job = await publishing.start(
        call.params.ws,
        call.params.name,
        { ...startOf(call.body), ...idempotency(call.request) },
        by(call),
      )
      return {
        Id: job.id,
        Status: job.status === 'succeeded' ? 'Finished' : job.status === 'failed' ? 'Failed' : 'NotStarted',
        Url: job.url,
      }
    },
    async listPipelineVersions({ params, query }) {
      const rows = await listAllVersions(platform.store.read, params.ws, {
        limit: query.pageSize + 1,
        pageToken: query.pageToken,
        enabled: query.enabled === undefined ? undefined : query.enabled === 'true',
      })
      const page = toPage(
        rows,
        query.pageSize,
        (row) => [row.created_at, row.id],
        (row) => row,
      )
      const items = page.items.map(({ pipeline_enabled: enabled, latest, updated_at, ...row }) =>
        publishing.toDocument({ workspace: row.workspace, name: row.name, enabled, latest, updated_at }, row),
      )
      return { ...page, items: await Promise.all(items) }
    },
    async getPipelineVersion({ params }) {
      const row = await publishing.requireById(params.ws, params.id)
      return publishing.get(params.ws, row.name, row.version)
    },
  }
}

/** The `Idempotency-Key` of a request, checked. */
export function idempotency(request: FastifyRequest): { idempotencyKey?: string } {
  const key = request.headers['idempotency-key']
  if (key === undefined) return {}
  if (typeof key !== 'string' || key.length > 200)
    throw new ModelyardError('header_invalid', 'The Idempotency-Key must be one text of at most 200 characters.')
  return { idempotencyKey: key }
}
