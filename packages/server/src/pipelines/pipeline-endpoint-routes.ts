import type { FastifyRequest } from 'fastify'
import type { Handlers } from '../http/index.ts'
import type { PipelineEndpointService } from './pipeline-endpoint-service.ts'

type Ids =
  | 'listPipelineEndpoints'
  | 'createPipelineEndpoint'
  | 'getPipelineEndpoint'
  | 'changePipelineEndpoint'
  | 'addPipelineEndpointVersion'
  | 'runPipelineEndpoint'

/** The routes of pipeline endpoints. */
export function pipelineEndpointHandlers(
  endpoints: PipelineEndpointService,
  idempotency: (request: FastifyRequest) => { idempotencyKey?: string },
): Handlers<Ids> {
  const by = (call: { access: { actor: string }; requestId: string }) => ({
    actor: call.access.actor,
    requestId: call.requestId,
  })
  return {
    listPipelineEndpoints: ({ params, query }) => endpoints.list(params.ws, query),
    createPipelineEndpoint: (call) => endpoints.create(call.params.ws, call.body, by(call)),
    getPipelineEndpoint: ({ params }) => endpoints.get(params.ws, params.id),
    changePipelineEndpoint: (call) => endpoints.change(call.params.ws, call.params.id, call.body, by(call)),
    addPipelineEndpointVersion: (call) => endpoints.addVersion(call.params.ws, call.params.id, call.body, by(call)),
    runPipelineEndpoint(call) {
      const { version, ...start } = call.body
      return endpoints.start(
        call.params.ws,
        call.params.id,
        { ...start, endpointVersion: version, ...idempotency(call.request) },
        by(call),
      )
    },
  }
}
