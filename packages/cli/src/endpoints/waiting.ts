import { exitCodes } from '../exit-codes.ts'
import { CommandFailure } from '../failure.ts'
import { duration } from '../output/words.ts'
import { patiently } from '../patience.ts'
import type { Session } from '../session.ts'
import { renderDeployment, type Deployment } from './endpoint-view.ts'

/** The options of commands that start a deployment. */
export const waitOptions = {
  wait: { flags: '--wait', summary: 'stay until it is ready or has failed', kind: 'flag' },
  timeout: {
    flags: '--timeout',
    summary: 'give up waiting after this many seconds (exit code 8)',
    kind: 'number',
    value: 'S',
  },
} as const

const pauseMs = 200

/** Prints a deployment, with `--wait` once it is ready. Answers the exit code. */
export async function finishDeployment(
  session: Session,
  started: Deployment,
  options: { readonly wait: boolean; readonly timeout: number | undefined },
): Promise<number> {
  const { output, host } = session
  const waits = options.wait || options.timeout !== undefined
  const deployment = waits ? await waitUntilSettled(session, started, options.timeout) : started
  output.document(deployment, () => renderDeployment(deployment, output.style, host.clock.now()))
  if (!waits || deployment.state === 'ready') return exitCodes.done
  output.note(
    `${output.errorStyle.red('error')} ${deployment.endpoint}/${deployment.name} did not start; see modelyard deployment logs ${deployment.endpoint}/${deployment.name}`,
  )
  return exitCodes.failure
}

async function waitUntilSettled(
  session: Session,
  started: Deployment,
  timeoutSeconds: number | undefined,
): Promise<Deployment> {
  const { client, workspace, output } = session
  const { clock } = session.host
  const deadline = timeoutSeconds === undefined ? Infinity : clock.monotonic() + timeoutSeconds * 1000
  const params = { ws: workspace, endpoint: started.endpoint, deployment: started.name }
  let shown = ''
  for (;;) {
    const deployment = await patiently(session, () => client.call('getDeployment', { params }))
    if (deployment.state !== shown) {
      shown = deployment.state
      output.note(`${deployment.endpoint}/${deployment.name}: ${deployment.state}`)
    }
    if (['ready', 'failed', 'stopped'].includes(deployment.state)) return deployment
    if (clock.monotonic() >= deadline) throw timedOut(deployment, timeoutSeconds ?? 0)
    await clock.sleep(pauseMs)
  }
}

function timedOut(deployment: Deployment, seconds: number): CommandFailure {
  return new CommandFailure({
    exitCode: exitCodes.waitTimedOut,
    code: 'wait_timed_out',
    title: 'The deployment is not ready yet',
    detail: `${deployment.endpoint}/${deployment.name} was ${deployment.state} after ${duration(seconds * 1000)}.`,
    remedy: `Look again with \`modelyard deployment show ${deployment.endpoint}/${deployment.name}\`.`,
  })
}
