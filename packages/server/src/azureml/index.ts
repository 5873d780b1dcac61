import { ModelyardError } from '@modelyard/contract'
import type { FastifyInstance } from 'fastify'
import { requirePermission, seesWorkspace } from '../http/index.ts'
import type { Pipelines } from '../pipelines/index.ts'
import type { Workspaces } from '../workspaces/index.ts'
import { wireRoutes, type WireRoute } from './routes.ts'

/** Where the v1 service has a workspace's pipeline runs. Subscription and resource group are labels: any text is taken. */
export const wirePrefix =
  '/pipelines/v1.0/subscriptions/:subscription/resourceGroups/:group/providers/Microsoft.MachineLearningServices/workspaces/:workspace/PipelineRuns'

/** Azure ML's v1 wire as far as scripts speak it without the SDK. It translates; the rules are the pipelines'. */
export function createAzureml(rooms: { pipelines: Pipelines; workspaces: Pick<Workspaces, 'exists'> }) {
  const routes = wireRoutes(rooms.pipelines)
  return {
    /** The routes with what each asks for. */
    routes,
    mount(app: FastifyInstance): void {
      for (const route of routes) mountRoute(app, route, rooms.workspaces)
    },
  }
}

function mountRoute(app: FastifyInstance, route: WireRoute, workspaces: Pick<Workspaces, 'exists'>): void {
  app.route({
    method: route.method,
    url: wirePrefix + route.path,
    async handler(request, reply) {
      const { access } = request
      if (access === undefined)
        throw new ModelyardError('not_authenticated', 'You are not authenticated. Send a token as Bearer.')
      const params = request.params as Record<string, string>
      const workspace = params['workspace'] ?? ''
      if (!seesWorkspace(access, workspace) || !(await workspaces.exists(workspace)))
        throw new ModelyardError(
          'workspace_not_found',
          `There is no workspace '${workspace.slice(0, 63)}' that you can see.`,
        )
      requirePermission(access, route.permission, workspace)
      const query = request.query as Record<string, unknown>
      const answer = await route.answer({ workspace, access, params, query, request })
      return reply.type('application/json; charset=utf-8').send(JSON.stringify(answer))
    },
  })
}
