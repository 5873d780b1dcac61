import { ModelyardError, PipelineTrigger, type Permission } from '@modelyard/contract'
import type { FastifyRequest } from 'fastify'
import type { Access } from '../http/index.ts'
import { idempotency, startOf, type Pipelines } from '../pipelines/index.ts'
import { toRunEntity } from './run-entity.ts'

export interface WireCall {
  readonly workspace: string
  readonly access: Access
  readonly params: Readonly<Record<string, string>>
  readonly query: Readonly<Record<string, unknown>>
  readonly request: FastifyRequest
}

/** One of the routes, below the workspace's `PipelineRuns`. */
export interface WireRoute {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly permission: Permission
  answer(call: WireCall): Promise<object>
}

/** What of Azure ML's v1 wire scripts call by themselves: starting a published pipeline or a pipeline endpoint, and looking at the run. */
export function wireRoutes(pipelines: Pipelines): WireRoute[] {
  async function submitPipeline(call: WireCall): Promise<object> {
    const published = await pipelines.requirePublished(call.workspace, call.params['id'] ?? '')
    const start = { ...startOf(bodyOf(call)), version: published.version, ...idempotency(call.request) }
    const job = await pipelines.startPublished(call.workspace, published.name, start, by(call))
    return toRunEntity(job, published.id)
  }

  async function submitEndpoint(call: WireCall, idOrName: string, version: unknown): Promise<object> {
    const start = {
      ...startOf(bodyOf(call)),
      endpointVersion: versionOf(version),
      ...idempotency(call.request),
    }
    const job = await pipelines.startEndpoint(call.workspace, idOrName, start, by(call))
    return toRunEntity(job, await pipelines.publishedIdOf(call.workspace, job.pipeline))
  }

  const submit = { method: 'POST', permission: 'pipeline.run' } as const
  return [
    { ...submit, path: '/PipelineSubmit/:id', answer: submitPipeline },
    {
      ...submit,
      path: '/PipelineEndpointSubmit/Id/:id',
      answer: (call) => submitEndpoint(call, call.params['id'] ?? '', call.query['pipelineVersion']),
    },
    {
      ...submit,
      path: '/PipelineEndpointSubmit/Id/:id/:version',
      answer: (call) => submitEndpoint(call, call.params['id'] ?? '', call.params['version']),
    },
    {
      ...submit,
      path: '/PipelineEndpointSubmit/Name',
      answer: (call) => submitEndpoint(call, nameOf(call.query['name']), call.query['pipelineVersion']),
    },
    {
      method: 'GET',
      path: '/:id',
      permission: 'job.read',
      async answer(call) {
        const job = await pipelines.job(call.workspace, call.params['id'] ?? '')
        return toRunEntity(job, await pipelines.publishedIdOf(call.workspace, job.pipeline))
      },
    },
  ]
}

const by = (call: WireCall) => ({ actor: call.access.actor, requestId: call.request.id })

function bodyOf({ request }: WireCall): PipelineTrigger {
  const parsed = PipelineTrigger.safeParse(request.body ?? {})
  if (parsed.success) return parsed.data
  const places = parsed.error.issues
    .slice(0, 50)
    .map((issue) => ({ path: ['body', ...issue.path].map(String).join('.'), message: issue.message }))
  throw new ModelyardError('request_invalid', places.map((place) => `${place.path}: ${place.message}`).join('; '), {
    places,
  })
}

function nameOf(name: unknown): string {
  if (typeof name === 'string' && name !== '' && name.length <= 128) return name
  throw refusal('query.name', 'name the pipeline endpoint with one `name`')
}

/** Undefined for the default version. */
function versionOf(version: unknown): number | undefined {
  if (version === undefined || version === '') return undefined
  if (typeof version === 'string' && /^\d{1,9}$/.test(version)) return Number(version)
  throw refusal('pipelineVersion', 'is a whole number from 0')
}

function refusal(path: string, message: string): ModelyardError {
  return new ModelyardError('request_invalid', `${path}: ${message}`, { places: [{ path, message }] })
}
