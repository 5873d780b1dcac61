import { existsSync } from 'node:fs'
import { mkdir, readdir, rm, open } from 'node:fs/promises'
import { join } from 'node:path'
import {
  findProcessesByEnvironment,
  installationFolder,
  isProcessAlive,
  processEnvironment,
  processStartTime,
  signalProcess,
  startProcess,
  writeFileDurably,
} from '@modelyard/platform'
import type { ComputeBackend } from '../../../compute/index.ts'

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

  return {
    async start(node) {
      const folder = folderOf(node.id)
      await mkdir(join(folder, 'attempts'), { recursive: true, mode: 0o700 })
      await writeFileDurably(join(folder, 'token'), node.token)
      const log = await open(join(folder, 'agent.log'), 'a', 0o600)
      try {
        const child = startProcess(
          process.execPath,
          [
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
            '--slots',
            String(node.slots),
          ],
          {
            detached: true,
            stdio: ['ignore', log.fd, log.fd],
            env: { ...processEnvironment(), MODELYARD_NODE_ID: node.id },
          },
        )
        if (child.pid === undefined) throw new Error('the process could not be started')
        child.on('error', () => undefined)
        child.unref()
        return { pid: child.pid, startTime: processStartTime(child.pid) ?? null }
      } finally {
        await log.close()
      }
    },
    isAlive: (node) => node.pid !== null && isProcessAlive(node.pid, node.startTime),
    stop(node) {
      if (node.pid !== null && isProcessAlive(node.pid, node.startTime)) signalProcess(node.pid, 'SIGTERM')
    },
    async kill(node) {
      if (node.pid !== null && isProcessAlive(node.pid, node.startTime)) signalProcess(node.pid, 'SIGKILL')
      // Attempts of the node are not its children for long; they are found by what is in their environment.
      for (const pid of findProcessesByEnvironment('MODELYARD_NODE_ID', node.id)) signalProcess(pid, 'SIGKILL')
    },
    async hasAttempts(nodeId) {
      return (await readdir(join(folderOf(nodeId), 'attempts')).catch(() => [])).length > 0
    },
    forget: (nodeId) => rm(folderOf(nodeId), { recursive: true, force: true }),
  }
}
