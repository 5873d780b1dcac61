import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { defineCommand } from '../../command.ts'

export default defineCommand({
  name: 'workspace use',
  summary: 'Work in a workspace from this folder on: writes .modelyard/config.json',
  examples: ['modelyard workspace use chicago'],
  arguments: { name: { summary: 'name of the workspace' } },
  serverWide: true,
  async run({ arguments: { name } }, { client, connection, host, output }) {
    const workspace = await client.call('getWorkspace', { params: { ws: name } })
    const path = join(host.folder, '.modelyard', 'config.json')
    const before = await readFile(path, 'utf8').then(parseObject, (): Record<string, unknown> => ({}))
    // No token: the file is made to be shared with the project.
    const kept = Object.fromEntries(Object.entries(before).filter(([key]) => key !== 'token'))
    await mkdir(join(host.folder, '.modelyard'), { recursive: true })
    const document = { ...kept, url: connection.url, workspace: workspace.name }
    await writeFile(path, `${JSON.stringify(document, undefined, 2)}\n`)
    output.document({ path, ...document }, () => `This folder now uses workspace ${workspace.name} (${path}).\n`)
  },
})

function parseObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}
