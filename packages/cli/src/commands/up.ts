import { processEnvironment } from '@modelyard/platform'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { defineCommand } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'
import { CommandFailure, usageFailure } from '../failure.ts'
import { installationFolder, programEntry } from '../installation.ts'

export default defineCommand({
  name: 'up',
  summary: 'Start server, gateway and page; Ctrl-C stops them',
  examples: ['modelyard up', 'modelyard up --home ./here --port 0 --gateway-port 0 --json'],
  options: {
    port: { flags: '--port', summary: 'of the page and the API (8710; 0: any free one)', kind: 'number' },
    gatewayPort: { flags: '--gateway-port', summary: 'of the predictions (8711; 0: any free one)', kind: 'number' },
    host: { flags: '--host', summary: 'address to listen on (127.0.0.1)', kind: 'text' },
    trustedProxy: { flags: '--trusted-proxy', summary: 'a proxy with TLS stands in front', kind: 'flag' },
    allowedHost: {
      flags: '--allowed-host',
      summary: 'name under which the proxy serves',
      kind: 'texts',
      value: 'NAME',
    },
  },
  local: true,
  async run({ options }, session) {
    const entry = programEntry('server')
    if (!existsSync(entry)) throw notBuilt(entry)
    const args = [
      '--home',
      session.home,
      ...(options.port === undefined ? [] : ['--port', portText('--port', options.port)]),
      ...(options.gatewayPort === undefined ? [] : ['--gateway-port', portText('--gateway-port', options.gatewayPort)]),
      ...(options.host === undefined ? [] : ['--host', options.host]),
      ...(options.trustedProxy ? ['--trusted-proxy'] : []),
      ...options.allowedHost.flatMap((name) => ['--allowed-host', name]),
      ...(session.output.json ? ['--json'] : []),
    ]
    becomeServer(entry, args)
  },
})

/** This process becomes the server: one process less, and the pid that was started is the one that gets the signals. */
function becomeServer(entry: string, args: readonly string[]): void {
  // The call is marked experimental; a warning on stderr would tell the user nothing.
  process.removeAllListeners('warning')
  const environment = {
    ...processEnvironment(),
    NODE_COMPILE_CACHE: join(installationFolder(), 'node_modules', '.cache', 'compiled'),
  }
  const flags = ['--disable-warning=ExperimentalWarning']
  if (process.execve === undefined)
    throw new CommandFailure({
      exitCode: exitCodes.failure,
      code: 'platform_unsupported',
      title: 'Not on this system',
      detail: `A process cannot become another one on ${process.platform}.`,
      remedy: 'Use Linux, macOS or WSL.',
    })
  process.execve(process.execPath, [process.execPath, ...flags, entry, ...args], environment)
}

function portText(option: string, port: number): string {
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw usageFailure(`${option} ${port} is not a port.`, 'Give a whole number from 0 (any free one) to 65535.')
  return String(port)
}

function notBuilt(entry: string): CommandFailure {
  return new CommandFailure({
    exitCode: exitCodes.failure,
    code: 'not_built',
    title: 'The server is not built',
    detail: `There is no ${entry}.`,
    remedy: 'Run `npm run setup` in the checkout.',
  })
}
