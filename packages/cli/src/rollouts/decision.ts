import { defineCommand, type Command } from '../command.ts'
import { findRollout, ofEndpoint } from './find-rollout.ts'
import { renderRollout } from './rollout-view.ts'

type Decision = 'approve' | 'pause' | 'resume' | 'promote' | 'rollback'

/** A command that says one word to a rollout. */
export function decisionCommand(decision: Decision, summary: string): Command {
  return defineCommand({
    name: `rollout ${decision}`,
    summary,
    examples: [`modelyard rollout ${decision} --endpoint ridership`],
    arguments: { id: { summary: 'the rollout; the newest one, unless said', optional: true } },
    options: { ...ofEndpoint, note: { flags: '--note', summary: 'why, for the record', kind: 'text', value: 'TEXT' } },
    async run({ arguments: { id }, options }, session) {
      const found = await findRollout(session, options.endpoint, id)
      const rollout = await session.client.call('decideRollout', {
        params: { ws: session.workspace, endpoint: options.endpoint, rollout: found.id, decision },
        body: { note: options.note ?? '' },
      })
      session.output.document(rollout, () => renderRollout(rollout, session.output.style, session.host.clock.now()))
    },
  })
}
