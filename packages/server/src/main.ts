import { mkdirSync } from 'node:fs'
import { readStartOptions, StartError } from './configuration.ts'
import { startServer, type RunningServer } from './server.ts'

const stopWithinMs = 10_000

try {
  const options = readStartOptions(process.argv.slice(2))
  stayIn(options.configuration.home)
  const server = await startServer(options.configuration)
  stopOnSignals(server)
  process.stdout.write(options.json ? `${JSON.stringify(server.document)}\n` : greeting(server))
} catch (error) {
  if (!(error instanceof StartError) && !isUsageError(error)) throw error
  process.stderr.write(`${(error as Error).message}\n`)
  process.exit(error instanceof StartError ? 5 : 2)
}

/** The folder that somebody started the server in may go away, and without one no thread and no process can be started. Paths are absolute by now. */
function stayIn(home: string): void {
  mkdirSync(home, { recursive: true, mode: 0o700 })
  process.chdir(home)
}

function greeting({ document }: RunningServer): string {
  return `Modelyard is ready.\n\n  Sign in (works once):  ${document.loginUrl}\n  Address:               ${document.url}\n  Predictions:           ${document.gatewayUrl}\n  Home:                  ${document.home}\n\nCtrl-C stops it. \`modelyard open\` makes a new sign-in link.\n`
}

/** The first signal stops in order, a second one at once. */
function stopOnSignals(server: RunningServer): void {
  let stopping = false
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (stopping) process.exit(1)
      stopping = true
      server.platform.clock.after(stopWithinMs, () => process.exit(1))
      server.stop().then(
        () => process.exit(0),
        (error: unknown) => {
          server.platform.logger.error({ err: error }, 'the stop failed')
          process.exit(1)
        },
      )
    })
  }
}

function isUsageError(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS')
}
