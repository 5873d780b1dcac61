import type { Session } from '../session.ts'
import { exitCodes } from '../exit-codes.ts'
import { CommandFailure } from '../failure.ts'
import { collect } from '../lists.ts'
import type { Rollout } from './rollout-view.ts'

/** The options of commands on one endpoint's rollouts. */
export const ofEndpoint = {
  endpoint: { flags: '--endpoint', summary: 'the endpoint', kind: 'text', value: 'E', required: true },
} as const

/** The named rollout, else the newest of the endpoint: there is only one at a time. */
export async function findRollout(session: Session, endpoint: string, id: string | undefined): Promise<Rollout> {
  const params = { ws: session.workspace, endpoint }
  if (id !== undefined) return session.client.call('getRollout', { params: { ...params, rollout: id } })
  const [newest] = await collect(session, 'listRollouts', { params }, 1)
  if (newest === undefined)
    throw new CommandFailure({
      exitCode: exitCodes.notFound,
      code: 'rollout_not_found',
      title: 'No such rollout',
      detail: `The endpoint ${endpoint} has had no rollout.`,
      remedy: `Begin one with \`modelyard rollout start DEPLOYMENT --endpoint ${endpoint}\`.`,
    })
  return newest
}
