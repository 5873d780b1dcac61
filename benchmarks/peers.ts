import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { findFreePort } from '@modelyard/platform'

const shared = { folder: '.venv-peers', requirements: 'requirements-peers.txt' }

/** A program of a peers' virtual environment, which is made when it is not there yet. */
export function peerProgram(
  name: string,
  { folder, requirements }: { folder: string; requirements: string } = shared,
): string {
  const environment = join(import.meta.dirname, folder)
  const path = join(environment, 'bin', name)
  if (existsSync(path)) return path
  run('python3', ['-m', 'venv', environment])
  run(join(environment, 'bin', 'pip'), [
    'install',
    '--quiet',
    '--disable-pip-version-check',
    '-r',
    join(import.meta.dirname, requirements),
  ])
  if (!existsSync(path)) throw new Error(`the peers' environment has no program '${name}'`)
  return path
}

function run(file: string, args: readonly string[]): void {
  const { status } = spawnSync(file, [...args], { stdio: ['ignore', 'ignore', 'inherit'] })
  if (status !== 0) throw new Error(`${file} ${args.join(' ')} ended with ${status}`)
}

export interface PeerServer {
  readonly url: string
  stop(): Promise<void>
}

/** Starts a peer's server on a free port and waits until its address answers. */
export async function startPeerServer(
  file: string,
  argsOf: (port: number) => readonly string[],
  healthPath: string,
  cwd: string,
): Promise<PeerServer> {
  const port = await findFreePort()
  const child = spawn(file, [...argsOf(port)], { cwd, stdio: 'ignore', detached: true })
  const url = `http://127.0.0.1:${port}`
  const deadline = performance.now() + 120_000
  while (!(await answers(url + healthPath))) {
    if (child.exitCode !== null || performance.now() > deadline) {
      await end(child)
      throw new Error(`${file} did not start`)
    }
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  return { url, stop: () => end(child) }
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok
  } catch {
    return false
  }
}

/** Ends the process with all it started: they have a group of their own. */
async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.pid === undefined) return
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  process.kill(-child.pid, 'SIGTERM')
  const timer = setTimeout(() => child.pid !== undefined && process.kill(-child.pid, 'SIGKILL'), 10_000)
  await ended
  clearTimeout(timer)
}
