import { defineCommand } from '../../command.ts'

export default defineCommand({
  name: 'compute create',
  summary: 'Create a cluster; its nodes come and go with the work',
  examples: ['modelyard compute create cpu-cluster --type cluster --max-nodes 4'],
  arguments: { name: { summary: 'name of the compute target' } },
  options: {
    type: { flags: '--type', summary: 'kind of compute target', kind: 'text', choices: ['cluster'], value: 'TYPE' },
    size: { flags: '--size', summary: 'size of a node', kind: 'text', value: 'S' },
    minNodes: { flags: '--min-nodes', summary: 'nodes that stay (0)', kind: 'number' },
    maxNodes: { flags: '--max-nodes', summary: 'nodes at most (4)', kind: 'number' },
    idleSeconds: { flags: '--idle-seconds', summary: 'how long a node stays without work (120)', kind: 'number' },
  },
  async run({ arguments: { name }, options }, { client, workspace, output }) {
    const { size, minNodes, maxNodes, idleSeconds } = options
    const target = await client.call('createComputeTarget', {
      params: { ws: workspace },
      body: {
        name,
        ...(size === undefined ? {} : { size }),
        ...(minNodes === undefined ? {} : { minNodes }),
        ...(maxNodes === undefined ? {} : { maxNodes }),
        ...(idleSeconds === undefined ? {} : { idleSeconds }),
      },
    })
    output.document(
      target,
      () =>
        `Compute target ${target.name} is there: ${target.minNodes} to ${target.maxNodes} nodes, started when steps wait.\n`,
    )
  },
})
