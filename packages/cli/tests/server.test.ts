import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { readTree, treeDigestOf } from '@modelyard/client/node'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { run, type Outcome } from './host.ts'

const root = resolve(import.meta.dirname, '../../..')
const program = join(root, 'bin', 'modelyard')
const environment = { ...process.env, MODELYARD_FROM_SOURCE: '1' }

let folder: string
let home: string
let server: ChildProcess
let printed = ''
let ended: Promise<number | null>

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cli-server-'))
  home = join(folder, 'home')
  server = spawn(program, ['up', '--home', home, '--port', '0', '--gateway-port', '0', '--json'], {
    env: environment,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const { promise, resolve: ready, reject } = Promise.withResolvers<void>()
  server.stdout?.on('data', (chunk: Buffer) => {
    printed += chunk.toString()
    if (printed.includes('\n')) ready()
  })
  ended = new Promise((done) => {
    server.once('close', (code) => {
      done(code)
      reject(new Error(`the server ended with ${code}`))
    })
  })
  await promise
})
afterAll(async () => {
  server.kill('SIGKILL')
  await ended
  rmSync(folder, { recursive: true, force: true })
})

const yard = (...words: string[]): Promise<Outcome> => run(words, { home, folder })
async function json(...words: string[]): Promise<unknown> {
  const { code, stdout, stderr } = await yard(...words, '--json')
  expect({ words, code, stderr }).toMatchObject({ words, code: 0 })
  return JSON.parse(stdout)
}

describe('modelyard up', () => {
  it('prints one line that names itself, and keeps it where only its user reads', () => {
    expect(printed.trimEnd().split('\n')).toHaveLength(1)
    const document = JSON.parse(printed) as { pid: number; home: string }
    expect(document).toMatchObject({ pid: server.pid, home })
    expect(JSON.parse(readFileSync(join(home, 'server.json'), 'utf8'))).toEqual(document)
    expect(statSync(join(home, 'server.json')).mode & 0o777).toBe(0o600)
  })

  it('refuses a second server on the home and names the first', () => {
    const second = spawnSync(program, ['up', '--home', home, '--port', '0'], { env: environment, encoding: 'utf8' })
    expect(second.status).toBe(5)
    expect(second.stderr).toContain(String(server.pid))
  })

  it('starts through a link and from a folder with a space in its path', () => {
    const place = join(folder, 'a place with spaces')
    mkdirSync(join(place, 'bin'), { recursive: true })
    cpSync(program, join(place, 'bin', 'modelyard'))
    cpSync(join(root, 'package.json'), join(place, 'package.json'))
    for (const name of ['packages', 'node_modules']) symlinkSync(join(root, name), join(place, name))
    symlinkSync(join('..', 'a place with spaces', 'bin', 'modelyard'), join(place, 'yard'))
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
    expect(spawnSync(join(place, 'yard'), ['--version'], { env: environment, encoding: 'utf8' })).toMatchObject({
      status: 0,
      stdout: `${version}\n`,
    })
  })
})

describe('workspaces', () => {
  it('are created, listed, shown, used and deleted', async () => {
    expect(await json('workspace', 'create', 'chicago')).toMatchObject({ name: 'chicago' })
    expect(await json('workspace', 'list')).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ name: 'chicago' }),
        expect.objectContaining({ name: 'default' }),
      ]),
    )
    const project = join(folder, 'project')
    mkdirSync(project)
    const used = await run(['workspace', 'use', 'chicago', '--json'], { home, folder: project })
    expect(JSON.parse(used.stdout)).toMatchObject({ workspace: 'chicago' })
    expect(readFileSync(join(project, '.modelyard', 'config.json'), 'utf8')).not.toContain('token')
    const shown = await run(['workspace', 'show', '--json'], { home, folder: project })
    expect(JSON.parse(shown.stdout)).toMatchObject({ name: 'chicago' })
    await json('workspace', 'create', 'passing')
    expect(await json('workspace', 'delete', 'passing')).toMatchObject({ deleted: true })
  })
})

describe('exit codes against the server', () => {
  it.each([
    [3, ['workspace', 'show', 'nowhere'], 'workspace_not_found'],
    [3, ['data', 'show', 'nothing'], 'data_asset_not_found'],
    [5, ['workspace', 'create', 'default'], 'already_exists'],
    [5, ['workspace', 'delete', 'default'], 'workspace_protected'],
    [2, ['workspace', 'create', '../escape'], 'request_invalid'],
    [4, ['workspace', 'list', '--token', 'myp_wrong'], 'not_authenticated'],
  ])('%i for %j, with the code of the catalogue', async (code, words, name) => {
    const outcome = await yard(...words)
    expect(outcome).toMatchObject({ code, stdout: '' })
    expect(outcome.stderr).toContain(name)
    expect(outcome.stderr).toContain('→')
    const document = JSON.parse((await yard(...words, '--json')).stdout) as unknown
    expect(document).toMatchObject({ exitCode: code, problem: { code: name } })
  })
})

describe('data assets', () => {
  it('are uploaded as files and folders; the same content again is the same version', async () => {
    writeFileSync(join(folder, 'days.csv'), 'day,riders\n2001-01-01,5\n')
    const first = await json('data', 'create', 'days', '--path', 'days.csv')
    const digest = treeDigestOf(await readTree(join(folder, 'days.csv')))
    expect(first).toMatchObject({ name: 'days', version: '1', type: 'uri_file', fileCount: 1, digest })
    expect(await json('data', 'create', 'days', '--path', 'days.csv')).toMatchObject({ version: '1' })
    writeFileSync(join(folder, 'days.csv'), 'day,riders\n2001-01-01,6\n')
    expect(await json('data', 'create', 'days', '--path', 'days.csv')).toMatchObject({ version: '2' })
    mkdirSync(join(folder, 'raw', '__pycache__'), { recursive: true })
    writeFileSync(join(folder, 'raw', 'a.csv'), 'a')
    writeFileSync(join(folder, 'raw', '__pycache__', 'a.pyc'), 'x')
    expect(await json('data', 'create', 'raw', '--path', 'raw')).toMatchObject({ type: 'uri_folder', fileCount: 1 })
    expect(await json('data', 'show', 'days')).toMatchObject({ latestVersion: '2' })
  })
})

describe('access', () => {
  it('is given by principal, token and role, and taken back', async () => {
    await json('principal', 'create', 'ci', '--kind', 'service')
    const { token, id } = (await json('token', 'create', '--principal', 'ci')) as { token: string; id: string }
    expect(await json('principal', 'show', 'ci')).toMatchObject({ kind: 'service' })
    // Who has no role in a workspace is not told that there is one.
    expect((await yard('workspace', 'show', 'default', '--token', token)).code).toBe(3)
    await json('role', 'assign', 'ci', 'reader')
    expect((await yard('workspace', 'show', 'default', '--token', token)).code).toBe(0)
    expect(await json('role', 'list')).toEqual(
      expect.arrayContaining([expect.objectContaining({ principal: 'ci', role: 'Reader' })]),
    )
    await json('role', 'revoke', 'ci', 'Reader')
    expect((await yard('workspace', 'show', 'default', '--token', token)).code).toBe(3)
    expect(JSON.stringify(await json('token', 'list'))).not.toContain(token)
    await json('token', 'delete', id)
    expect((await yard('workspace', 'list', '--token', token)).code).toBe(4)
    await json('principal', 'delete', 'ci')
  })

  it('to the page comes by a link that open makes', async () => {
    const { loginUrl } = (await json('open')) as { loginUrl: string }
    expect((await fetch(loginUrl, { redirect: 'manual' })).status).toBe(302)
  })
})

// Last: nothing answers after it.
describe('modelyard down', () => {
  it('stops the server in order and is content when it is down already', async () => {
    expect(await json('down')).toMatchObject({ stopped: true, pid: server.pid })
    expect(await ended).toBe(0)
    expect(await json('down')).toMatchObject({ stopped: false })
    expect((await yard('workspace', 'list')).code).toBe(6)
  })
})
