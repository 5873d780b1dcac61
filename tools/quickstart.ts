import { spawn, type ChildProcess } from 'node:child_process'
import { createServer } from 'node:net'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'

const root = resolve(import.meta.dirname, '..')

interface Ready {
  readonly url: string
  readonly loginUrl: string
  readonly token: string
  readonly home: string
}

const { values } = parseArgs({ options: { exit: { type: 'boolean', default: false }, home: { type: 'string' } } })
const home = resolve(values.home ?? join(root, '.home', 'quickstart'))
process.exit(
  await main().catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    return 1
  }),
)

async function main(): Promise<number> {
  const server = await startServer()
  const stopped = new Promise<number>((done) => server.process.once('close', (code) => done(code ?? 1)))
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => server.process.kill('SIGTERM'))
  const code = await tellStory(server.ready)
  if (values.exit) {
    server.process.kill('SIGTERM')
    await stopped
    return code
  }
  process.stdout.write(
    `The server stays up. Sign in (works once): ${server.ready.loginUrl}\nLater: bin/modelyard open --home '${home}'. Ctrl-C ends it.\n`,
  )
  await stopped
  return code
}

async function startServer(): Promise<{ process: ChildProcess; ready: Ready }> {
  // The well-known ports where they are free; any others where something else has them.
  const ports = (await isFree(8710)) && (await isFree(8711)) ? [] : ['--port', '0', '--gateway-port', '0']
  const child = spawn(join(root, 'bin', 'modelyard'), ['up', '--home', home, ...ports, '--json'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const { promise, resolve: ready, reject } = Promise.withResolvers<Ready>()
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString()
    const line = output.split('\n').find((text) => text.startsWith('{') && text.endsWith('}'))
    if (line !== undefined) ready(JSON.parse(line) as Ready)
  })
  child.once('close', (code) => reject(new Error(`The server ended with ${code} before it was ready.`)))
  child.once('error', reject)
  return { process: child, ready: await promise }
}

async function tellStory(ready: Ready): Promise<number> {
  process.stdout.write(`Server: ${ready.url}\n`)
  const child = spawn(join(root, '.venv', 'bin', 'python'), [join(root, 'examples', 'chicago-ridership', 'story.py')], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, MODELYARD_URL: ready.url, MODELYARD_TOKEN: ready.token, MODELYARD_HOME: ready.home },
  })
  const { promise, resolve: done } = Promise.withResolvers<number>()
  child.once('close', (code) => done(code ?? 1))
  return promise
}

async function isFree(port: number): Promise<boolean> {
  const { promise, resolve: done } = Promise.withResolvers<boolean>()
  const probe = createServer()
  probe.once('error', () => done(false))
  probe.listen(port, '127.0.0.1', () => probe.close(() => done(true)))
  return promise
}
