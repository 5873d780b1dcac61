import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { discoverConnection, readServerFile } from './discovery.ts'

let root: string
let home: string
let project: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'discovery-'))
  home = join(root, 'home')
  project = join(root, 'project', 'deep', 'inside')
  mkdirSync(home)
  mkdirSync(project, { recursive: true })
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const nothing = (): undefined => undefined
const from = (values: Record<string, string>) => (name: string) => values[name]

function runServer(url = 'http://127.0.0.1:8710'): void {
  const document = { url, gatewayUrl: 'http://127.0.0.1:8711', loginUrl: '', token: 'own-token', home, pid: 42 }
  writeFileSync(join(home, 'server.json'), JSON.stringify(document))
}
function writeConfig(folder: string, name: string, value: unknown): void {
  mkdirSync(join(folder, name), { recursive: true })
  writeFileSync(join(folder, name, 'config.json'), typeof value === 'string' ? value : JSON.stringify(value))
}

describe('how a client finds its server', () => {
  it('uses the running server of the home with its token and the workspace default', () => {
    runServer()
    const found = discoverConnection({ environment: nothing, folder: project, home })
    expect(found).toMatchObject({ url: 'http://127.0.0.1:8710', token: 'own-token', workspace: 'default' })
  })

  it('finds nothing where nothing runs, and says so', () => {
    const found = discoverConnection({ environment: nothing, folder: project, home })
    expect(found).toMatchObject({ url: undefined, token: undefined, workspace: 'default' })
  })

  it('takes each key by itself: flag over environment over config file over home', () => {
    runServer()
    writeConfig(join(root, 'project'), '.modelyard', { url: 'http://config:1', workspace: 'of-config' })
    const environment = from({ MODELYARD_URL: 'http://env:2' })
    expect(discoverConnection({ environment, folder: project, home })).toMatchObject({
      url: 'http://env:2',
      workspace: 'of-config',
      token: undefined,
    })
    expect(
      discoverConnection({ url: 'http://flag:3/', workspace: 'of-flag', environment, folder: project, home }),
    ).toMatchObject({ url: 'http://flag:3', workspace: 'of-flag' })
  })

  it('never sends the token of the home to another server', () => {
    runServer()
    for (const url of ['http://127.0.0.1:9999', 'https://127.0.0.1:8710', 'http://example.org:8710', 'nonsense'])
      expect(discoverConnection({ url, environment: nothing, folder: project, home }).token).toBeUndefined()
    expect(
      discoverConnection({ url: 'http://localhost:8710', environment: nothing, folder: project, home }).token,
    ).toBe('own-token')
  })

  it('takes no token from a config file', () => {
    writeConfig(project, '.modelyard', { url: 'http://config:1', token: 'in-the-file', MODELYARD_TOKEN: 'x' })
    expect(discoverConnection({ environment: nothing, folder: project, home }).token).toBeUndefined()
  })

  it('reads the config file of Azure ML and prefers the nearest one', () => {
    writeConfig(join(root, 'project'), '.modelyard', { workspace: 'far' })
    writeConfig(join(root, 'project', 'deep'), '.azureml', { subscription_id: 's', workspace_name: 'near' })
    expect(discoverConnection({ environment: nothing, folder: project, home }).workspace).toBe('near')
  })

  it('passes over files that are not JSON objects', () => {
    writeConfig(project, '.modelyard', '[not json')
    writeFileSync(join(home, 'server.json'), '"text"')
    expect(readServerFile(home)).toBeUndefined()
    expect(discoverConnection({ environment: nothing, folder: project, home }).url).toBeUndefined()
  })
})
