import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { MessageChannel } from 'node:worker_threads'
import {
  createContentStore,
  environmentVariable,
  isProcessAlive,
  processStartTime,
  writeFileDurably,
} from '@modelyard/platform'
import { connectTo } from './connection.ts'
import { Node } from './node.ts'

const { values } = parseArgs({
  options: {
    server: { type: 'string' },
    node: { type: 'string' },
    folder: { type: 'string' },
    blobs: { type: 'string' },
    environments: { type: 'string' },
    slots: { type: 'string', default: '1' },
  },
})
const { server, node: nodeId, folder, blobs } = values
if (server === undefined || nodeId === undefined || folder === undefined || blobs === undefined) {
  process.stderr.write(
    'usage: agent --server URL --node ID --folder DIR --blobs DIR [--environments DIR] [--slots N]\n',
  )
  process.exit(2)
}

// One process a node: a server that was killed may not know of the one it started.
const identity = join(folder, 'agent.json')
if (isOtherAlive(identity)) process.exit(0)
await writeFileDurably(identity, JSON.stringify({ pid: process.pid, startTime: processStartTime(process.pid) ?? null }))

const slots = Number(values.slots)
const connection = connectTo(server, nodeId, folder)
const node = new Node({ nodeId, folder, slots }, connection, {
  nodeId,
  nodeFolder: folder,
  content: createContentStore(blobs),
  environments: values.environments ?? join(folder, 'environments'),
  connection,
  path: environmentVariable('PATH') ?? '/usr/local/bin:/usr/bin:/bin',
  home: environmentVariable('HOME') ?? '/',
  slots,
})
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void node.stop())
// Timers of the platform do not keep a process alive; the node does until it is finished.
const { port1: alive } = new MessageChannel()
alive.on('message', () => undefined)
await node.run()
process.exit(0)

function isOtherAlive(path: string): boolean {
  try {
    const other = JSON.parse(readFileSync(path, 'utf8')) as { pid: number; startTime: string | null }
    return other.pid !== process.pid && isProcessAlive(other.pid, other.startTime)
  } catch {
    return false
  }
}
