import { defineCommand } from '../../command.ts'
import { usageFailure } from '../../failure.ts'
import { readTraffic } from '../../endpoints/traffic.ts'

export default defineCommand({
  name: 'endpoint traffic',
  summary: 'Set the traffic split: whole percentages that sum to 0 or 100',
  examples: [
    'modelyard endpoint traffic ridership blue=90 green=10',
    'modelyard endpoint traffic ridership --sticky-header x-customer',
  ],
  arguments: {
    name: { summary: 'name of the endpoint' },
    weights: { summary: 'DEPLOYMENT=PERCENT, as many as there are', rest: true, optional: true },
  },
  options: {
    stickyHeader: {
      flags: '--sticky-header',
      summary: 'callers with the same value of this header stay at one deployment; "" ends it',
      kind: 'text',
      value: 'HEADER',
    },
  },
  async run({ arguments: { name, weights }, options: { stickyHeader } }, { client, workspace, output }) {
    // Weights that were not given stay as they are when only the header is to change.
    if (weights.length === 0 && stickyHeader === undefined)
      throw usageFailure('No weight was named.', 'Write it like blue=90 green=10.')
    const traffic = weights.length === 0 && stickyHeader !== undefined ? {} : { traffic: readTraffic(weights) }
    const sticky = stickyHeader === undefined ? {} : { stickyHeader: stickyHeader === '' ? null : stickyHeader }
    const endpoint = await client.call('setTraffic', {
      params: { ws: workspace, endpoint: name },
      body: { ...traffic, ...sticky },
    })
    output.document(endpoint, () => {
      const split = Object.entries(endpoint.traffic).map(([deployment, percent]) => `${deployment} ${percent} %`)
      return `Traffic of ${endpoint.name}: ${split.join(', ') || 'none'}.\n`
    })
  },
})
