import { defineCommand } from '../../command.ts'
import { readTraffic } from '../../endpoints/traffic.ts'

export default defineCommand({
  name: 'endpoint traffic',
  summary: 'Set the traffic split: whole percentages that sum to 0 or 100',
  examples: ['modelyard endpoint traffic ridership blue=90 green=10'],
  arguments: {
    name: { summary: 'name of the endpoint' },
    weights: { summary: 'DEPLOYMENT=PERCENT, as many as there are', rest: true },
  },
  async run({ arguments: { name, weights } }, { client, workspace, output }) {
    const traffic = readTraffic(weights)
    const endpoint = await client.call('setTraffic', { params: { ws: workspace, endpoint: name }, body: { traffic } })
    output.document(endpoint, () => {
      const split = Object.entries(endpoint.traffic).map(([deployment, percent]) => `${deployment} ${percent} %`)
      return `Traffic of ${endpoint.name}: ${split.join(', ') || 'none'}.\n`
    })
  },
})
