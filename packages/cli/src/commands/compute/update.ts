import { defineCommand } from '../../command.ts'

export default defineCommand({
  name: 'compute update',
  summary: 'Change how a cluster scales; what is left out stays',
  examples: ['modelyard compute update cpu-cluster --max-nodes 8 --idle-seconds 600'],
  arguments: { name: { summary: 'name of the compute target' } },
  options: {
    size: { flags: '--size', summary: 'size of a node', kind: 'text', value: 'S' },
    minNodes: { flags: '--min-nodes', summary: 'nodes that stay', kind: 'number' },
    maxNodes: { flags: '--max-nodes', summary: 'nodes at most', kind: 'number' },
    idleSeconds: { flags: '--idle-seconds', summary: 'how long a node stays without work', kind: 'number' },
  },
  async run({ arguments: { name }, options }, { client, workspace, output }) {
    const { size, minNodes, maxNodes, idleSeconds } = options
    const target = await client.call('updateComputeTarget', {
      params: { ws: workspace, name },
      body: {
        ...(size === undefined ? {} : { size }),
        ...(minNodes === undefined ? {} : { minNodes }),
        ...(maxNodes === undefined ? {} : { maxNodes }),
        ...(idleSeconds === undefined ? {} : { idleSeconds }),
      },
    })
    output.document(
      target,
      () =>
        `Compute target ${target.name}: ${target.minNodes} to ${target.maxNodes} nodes, which go after ${target.idleSeconds} s without work.\n`,
    )
  },
})
