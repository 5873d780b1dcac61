import { defineCommand } from '../../command.ts'
import { findRollout, ofEndpoint } from '../../rollouts/find-rollout.ts'
import { renderRollout } from '../../rollouts/rollout-view.ts'

export default defineCommand({
  name: 'rollout show',
  summary: 'One rollout with what each step found',
  arguments: { id: { summary: 'the rollout; the newest one, unless said', optional: true } },
  options: ofEndpoint,
  async run({ arguments: { id }, options }, session) {
    const rollout = await findRollout(session, options.endpoint, id)
    session.output.document(rollout, () => renderRollout(rollout, session.output.style, session.host.clock.now()))
  },
})
