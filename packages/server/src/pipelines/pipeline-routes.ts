import { ModelyardError, type JobSubmission } from '@modelyard/contract'
import type { FastifyRequest } from 'fastify'
import type { Handlers } from '../http/index.ts'
import type { Jobs } from '../jobs/index.ts'
import { toPage, type Platform } from '../platform/index.ts'
import { listStates } from './pipeline-store.ts'
import type { PublishingService } from './publishing-service.ts'
import type { SubmissionService } from './submission-service.ts'

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

/** Azure's own keys of the trigger's body; anything else in it becomes a tag. */
const azureKeys = new Set(['ExperimentName', 'ParameterAssignments', 'RunSource', 'DisplayName', 'Tags'])

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
      const { name, description, jobId, submission } = call.body
      if ((jobId === undefined) === (submission === undefined))
        throw new ModelyardError('request_invalid', 'Give either jobId or submission.', {
          places: [{ path: 'body', message: 'give either jobId or submission' }],
        })
      const source =
        submission ??
        (JSON.parse(
          (await jobs.requireJob(platform.store.read, call.params.ws, jobId ?? '')).submission,
        ) as JobSubmission)
      return publishing.publish(call.params.ws, { name, description, submission: source }, by(call))
    },
    getPipeline: ({ params, query }) => publishing.get(params.ws, params.name, query.version),
    setPipelineEnabled: (call) => publishing.setEnabled(call.params.ws, call.params.name, call.body.enabled, by(call)),
    async listPipelineJobs({ params, query }) {
      await publishing.requireState(params.ws, params.name)
      return jobs.jobPage({ workspace: params.ws, pipeline: params.name }, query)
    },
    runPipeline: (call) =>
      publishing.start(call.params.ws, call.params.name, { ...call.body, ...idempotency(call.request) }, by(call)),
    async triggerPipeline(call) {
      const { body } = call
      const extra = Object.entries(body)
        .filter(([key, value]) => !azureKeys.has(key) && (typeof value === 'string' || typeof value === 'number'))
        .map(([key, value]) => [key.slice(0, 250), String(value).slice(0, 5000)])
      const tags = {
        ...(Object.fromEntries(extra) as Record<string, string>),
        ...(body.RunSource === undefined ? {} : { RunSource: body.RunSource }),
        ...body.Tags,
      }
      const job = await publishing.start(
        call.params.ws,
        call.params.name,
        {
          set: body.ParameterAssignments ?? {},
          experiment: body.ExperimentName,
          displayName: body.DisplayName,
          tags,
          ...idempotency(call.request),
        },
        by(call),
      )
      return {
        Id: job.id,
        Status: job.status === 'succeeded' ? 'Finished' : job.status === 'failed' ? 'Failed' : 'NotStarted',
        Url: job.url,
      }
    },
  }
}

function idempotency(request: FastifyRequest): { idempotencyKey?: string } {
  const key = request.headers['idempotency-key']
  if (key === undefined) return {}
  if (typeof key !== 'string' || key.length > 200)
    throw new ModelyardError('header_invalid', 'The Idempotency-Key must be one text of at most 200 characters.')
  return { idempotencyKey: key }
}
