import { exitCodes } from '../exit-codes.ts'
import { CommandFailure } from '../failure.ts'
import { duration } from '../output/words.ts'
import { patiently } from '../patience.ts'
import type { Session } from '../session.ts'
import { renderRollout, type Rollout } from './rollout-view.ts'

export const waitOptions = {
  wait: { flags: '--wait', summary: 'stay until it has ended, or waits for a person', kind: 'flag' },
  timeout: {
    flags: '--timeout',
    summary: 'give up waiting after this many seconds (exit code 8)',
    kind: 'number',
    value: 'S',
  },
} as const

const pauseMs = 500

/** Prints a rollout, with `--wait` once there is nothing left to wait for. Answers the exit code. */
export async function finishRollout(
  session: Session,
  started: Rollout,
  options: { readonly wait: boolean; readonly timeout: number | undefined },
): Promise<number> {
  const waits = options.wait || options.timeout !== undefined
  const rollout = waits ? await waitForEnd(session, started, options.timeout) : started
  session.output.document(rollout, () => renderRollout(rollout, session.output.style, session.host.clock.now()))
  if (!waits || rollout.state === 'promoted') return exitCodes.done
  return rollout.state === 'rolledBack' ? exitCodes.failure : exitCodes.conflict
}

async function waitForEnd(session: Session, started: Rollout, timeoutSeconds: number | undefined): Promise<Rollout> {
  const { clock } = session.host
  const deadline = timeoutSeconds === undefined ? Infinity : clock.monotonic() + timeoutSeconds * 1000
  const params = { ws: session.workspace, endpoint: started.endpoint, rollout: started.id }
  let shown = -1
  for (;;) {
    const rollout = await patiently(session, () => session.client.call('getRollout', { params }))
    if (rollout.step !== shown) {
      shown = rollout.step
      session.output.note(`${rollout.endpoint}/${rollout.deployment}: ${rollout.steps[rollout.step]?.weight ?? 0} %`)
    }
    if (rollout.state !== 'running' || rollout.waitsForApproval) return rollout
    if (clock.monotonic() >= deadline)
      throw new CommandFailure({
        exitCode: exitCodes.waitTimedOut,
        code: 'wait_timed_out',
        title: 'The rollout goes on',
        detail: `It had not ended after ${duration((timeoutSeconds ?? 0) * 1000)}.`,
        remedy: `Look again with \`modelyard rollout show --endpoint ${rollout.endpoint}\`.`,
      })
    await clock.sleep(pauseMs)
  }
}
