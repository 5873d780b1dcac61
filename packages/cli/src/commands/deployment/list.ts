import { defineCommand } from '../../command.ts'
import { endpointOption } from '../../endpoints/deployment-name.ts'
import { renderDeployments, type Deployment } from '../../endpoints/endpoint-view.ts'
import { collect } from '../../lists.ts'

export default defineCommand({
  name: 'deployment list',
  summary: 'Deployments of an endpoint, or of all',
  arguments: { endpoint: { summary: 'name of the endpoint', optional: true } },
  options: endpointOption,
  async run({ arguments: { endpoint: named }, options }, session) {
    const { workspace, output, host } = session
    const endpoint = options.endpoint ?? named
    const deployments: Deployment[] =
      endpoint === undefined
        ? (await collect(session, 'listEndpoints', { params: { ws: workspace } })).flatMap((each) => each.deployments)
        : await collect(session, 'listDeployments', { params: { ws: workspace, endpoint } })
    output.document(deployments, () =>
      deployments.length === 0
        ? `No deployments yet. Create one with \`modelyard deployment create -f deployment.yml --endpoint ${endpoint ?? 'ENDPOINT'} --wait\`.\n`
        : renderDeployments(deployments, output.style, host.clock.now()),
    )
  },
})
