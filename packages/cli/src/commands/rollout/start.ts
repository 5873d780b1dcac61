import { defineCommand } from '../../command.ts'
import { readDeploymentName, endpointOption } from '../../endpoints/deployment-name.ts'
import { policyOptions, readPolicy } from '../../rollouts/rollout-policy.ts'
import { finishRollout, waitOptions } from '../../rollouts/waiting.ts'

export default defineCommand({
  name: 'rollout start',
  summary: 'Move traffic to a deployment step by step, each step analysed',
  examples: [
    'modelyard rollout start green --endpoint ridership --steps 10,100 --bake 5m',
    'modelyard rollout start ridership/green --steps 0,10,50,100 --approval manual --wait',
  ],
  arguments: { deployment: { summary: 'NAME, or ENDPOINT/NAME' } },
  options: { ...endpointOption, ...policyOptions, ...waitOptions },
  async run({ arguments: { deployment: name }, options }, session) {
    const { endpoint, deployment } = readDeploymentName(name, options.endpoint)
    const rollout = await session.client.call('startRollout', {
      params: { ws: session.workspace, endpoint },
      body: { deployment, policy: readPolicy(options) },
    })
    return finishRollout(session, rollout, options)
  },
})
