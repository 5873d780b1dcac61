import { signalProcess } from '@modelyard/platform'
import { defineCommand } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'
import { CommandFailure } from '../failure.ts'
import { isServerRunning } from '../machine/running-server.ts'
import type { Session } from '../session.ts'

const patienceMs = 12_000
const pauseMs = 50

export default defineCommand({
  name: 'down',
  summary: 'Stop the server of the home in order',
  local: true,
  async run(_input, session) {
    const { home, serverFile: server, output } = session
    if (server === undefined || !isServerRunning(home, server)) {
      output.document({ home, stopped: false, pid: null }, () => `No server runs in ${home}.\n`)
      return exitCodes.done
    }
    signalProcess(server.pid, 'SIGTERM')
    await waitUntilGone(session, server.pid)
    output.document({ home, stopped: true, pid: server.pid }, () => `The server of ${home} has stopped.\n`)
    return exitCodes.done
  },
})

async function waitUntilGone({ home, host }: Session, pid: number): Promise<void> {
  const deadline = host.clock.monotonic() + patienceMs
  while (isServerRunning(home, { pid })) {
    if (host.clock.monotonic() > deadline)
      throw new CommandFailure({
        exitCode: exitCodes.failure,
        code: 'server_does_not_stop',
        title: 'The server does not stop',
        detail: `Process ${pid} still runs ${patienceMs / 1000} s after it was asked to stop.`,
        remedy: `Look into ${home}/logs/server.log; \`modelyard down\` again stops it at once.`,
      })
    await host.clock.sleep(pauseMs)
  }
}
