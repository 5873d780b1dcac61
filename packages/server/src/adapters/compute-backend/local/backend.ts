import { closeSync, existsSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import {
  environmentsFolder,
  findProcessesByEnvironment,
  installationFolder,
  isProcessAlive,
  environmentForScripts,
  processStartTime,
  signalProcess,
  startProcess,
  systemClock,
  writeFileDurably,
} from '@modelyard/platform'
import type { ComputeBackend } from '../../../compute/index.ts'

const mostLooks = 200

interface NodeProcess {
  readonly pid: number
  readonly startTime: string | null
}

/** Nodes as agent processes on this machine. They are detached: killing the server kills neither them nor their steps. */
export function createLocalBackend(home: string): ComputeBackend {
  const folderOf = (nodeId: string): string => join(home, 'nodes', nodeId)
  const root = installationFolder()
  const built = join(root, 'dist', 'agent.js')
  // Server and agent run from the same kind of code: both built, or both from sources.
  const program =
    import.meta.filename.endsWith('.ts') || !existsSync(built)
      ? join(root, 'packages', 'agent', 'src', 'main.ts')
      : built

  /** The process says who it is in its folder: a server that was killed right after it started one finds it again. */
  function find(nodeId: string): NodeProcess | undefined {
    try {
      const found = JSON.parse(readFileSync(join(folderOf(nodeId), 'agent.json'), 'utf8')) as NodeProcess
      return isProcessAlive(found.pid, found.startTime) ? found : undefined
    } catch {
      return undefined
    }
  }

  return {
    find,
    async start(node) {
      const folder = folderOf(node.id)
      await mkdir(join(folder, 'attempts'), { recursive: true, mode: 0o700 })
      await writeFileDurably(join(folder, 'token'), node.token)
      const running = find(node.id)
      if (running !== undefined) return running
      const log = openSync(join(folder, 'agent.log'), 'a', 0o600)
      try {
        const args = [
          '--disable-warning=ExperimentalWarning',
          program,
          '--server',
          node.serverUrl,
          '--node',
          node.id,
          '--folder',
          folder,
          '--blobs',
          join(home, 'blobs'),
          '--environments',
          environmentsFolder(home),
          '--slots',
          String(node.slots),
        ]
        const child = startProcess(process.execPath, args, {
          detached: true,
          stdio: ['ignore', log, log],
          env: { ...environmentForScripts(), MODELYARD_NODE_ID: node.id },
        })
        if (child.pid === undefined) throw new Error('the process could not be started')
        child.on('error', () => undefined)
        child.unref()
        const found = { pid: child.pid, startTime: processStartTime(child.pid) ?? null }
        writeFileSync(join(folder, 'agent.json'), JSON.stringify(found), { mode: 0o600 })
        return found
      } finally {
        closeSync(log)
      }
    },
    stop(nodeId) {
      const found = find(nodeId)
      if (found !== undefined) signalProcess(found.pid, 'SIGTERM')
    },
    async kill(nodeId) {
      const found = find(nodeId)
      if (found !== undefined) signalProcess(found.pid, 'SIGKILL')
      // Attempts of the node are not its children for long; they are found by what is in their environment.
      // Until a look finds none: one that forks meanwhile is found by the next look.
      for (let look = 0; look < mostLooks; look++) {
        const left = findProcessesByEnvironment('MODELYARD_NODE_ID', nodeId)
        if (left.length === 0) return
        for (const pid of left) signalProcess(pid, 'SIGKILL')
        await systemClock.sleep(10)
      }
    },
    async hasAttempts(nodeId) {
      return (await readdir(join(folderOf(nodeId), 'attempts')).catch(() => [])).length > 0
    },
    forget: (nodeId) => rm(folderOf(nodeId), { recursive: true, force: true }),
  }
}
