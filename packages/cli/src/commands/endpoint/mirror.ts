import { defineCommand } from '../../command.ts'
import { readShares } from '../../endpoints/traffic.ts'

export default defineCommand({
  name: 'endpoint mirror',
  summary: 'Send copies of a share of the requests to a deployment; without one it ends',
  examples: ['modelyard endpoint mirror ridership green=10', 'modelyard endpoint mirror ridership'],
  arguments: {
    name: { summary: 'name of the endpoint' },
    shares: { summary: 'DEPLOYMENT=PERCENT', rest: true, optional: true },
  },
  async run({ arguments: { name, shares } }, { client, workspace, output }) {
    const mirror = readShares(shares)
    const answer = await client.call('setMirror', { params: { ws: workspace, endpoint: name }, body: { mirror } })
    output.document(answer, () => {
      const copies = Object.entries(answer.mirror).map(([deployment, percent]) => `${deployment} ${percent} %`)
      return `Copies of requests to ${name}: ${copies.join(', ') || 'none'}.\n`
    })
  },
})
