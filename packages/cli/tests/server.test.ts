import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readTree, treeDigestOf } from '@modelyard/client/node'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { run, type Outcome } from './host.ts'
import { environment, program, root, startServer, type RunningServer } from './running-server.ts'

let server: RunningServer
let folder: string
let home: string
beforeAll(async () => {
  server = await startServer()
  folder = server.folder
  home = server.home
})
afterAll(() => server.stop())

const yard = (...words: string[]): Promise<Outcome> => server.yard(...words)
const json = (...words: string[]): Promise<unknown> => server.json(...words)

describe('modelyard up', () => {
  it('prints one line that names itself, and keeps it where only its user reads', () => {
    expect(server.printed.trimEnd().split('\n')).toHaveLength(1)
    const document = JSON.parse(server.printed) as { pid: number; home: string }
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

const submit = (file: string, ...more: string[]): Promise<Outcome> =>
  yard('job', 'create', '-f', file, '--wait', '--json', ...more)
const pipeline = (last: string): string => `type: pipeline
inputs: { depth: 3 }
jobs:
  prepare:
    type: command
    code: ./work
    command: sh make.sh \${{inputs.depth}} \${{outputs.table}}
    inputs: { depth: "\${{parent.inputs.depth}}" }
    outputs: { table: { type: uri_folder } }
  train:
    type: command
    command: ${last}
    inputs: { table: "\${{parent.jobs.prepare.outputs.table}}" }
`

describe('jobs', () => {
  beforeAll(() => {
    mkdirSync(join(folder, 'work'))
    writeFileSync(join(folder, 'work', 'make.sh'), 'echo "depth $1"\necho "$1" > "$2/depth.txt"\n')
    writeFileSync(join(folder, 'good.yml'), pipeline('cat ${{inputs.table}}/depth.txt'))
    writeFileSync(join(folder, 'bad.yml'), pipeline('sh -c "echo broken; exit 3"'))
    writeFileSync(join(folder, 'slow.yml'), pipeline('sleep 300'))
    writeFileSync(join(folder, 'typo.yml'), pipeline('echo').replace('outputs:', 'output:'))
  })
  interface JobDocument {
    readonly id: string
    readonly status: string
    readonly steps: readonly { readonly name: string; readonly status: string; readonly reused: boolean }[]
  }

  it('run, are reused when nothing changed, and say why when something did', async () => {
    const first = await submit('good.yml')
    expect({ code: first.code, job: JSON.parse(first.stdout) as unknown }).toMatchObject({
      code: 0,
      job: { status: 'succeeded' },
    })
    const second = JSON.parse((await submit('good.yml')).stdout) as JobDocument
    expect(second.steps.map(({ name, reused }) => [name, reused])).toEqual([
      ['prepare', true],
      ['train', true],
    ])
    const third = JSON.parse((await submit('good.yml', '--set', 'depth=4')).stdout) as JobDocument
    expect(await json('job', 'why', third.id, '--step', 'prepare')).toEqual([
      expect.objectContaining({
        step: 'prepare',
        reused: false,
        changes: [expect.objectContaining({ kind: 'parameter', name: 'depth', before: '3', after: '4' })],
      }),
    ])
    const { chunks } = (await json('job', 'logs', third.id)) as { chunks: { step: string; text: string }[] }
    expect(chunks.map(({ step, text }) => `${step}: ${text}`)).toEqual(['prepare: depth 4\n', 'train: 4\n'])
    const followed = (await yard('job', 'logs', third.id, '--follow', '--json')).stdout.trimEnd().split('\n')
    expect(followed.map((line) => (JSON.parse(line) as { step: string }).step)).toEqual(['prepare', 'train'])
  })

  it('that fail end with 10 and show the end of the log', async () => {
    expect(await submit('bad.yml')).toMatchObject({ code: 10 })
    const { stdout } = await yard('job', 'create', '-f', 'bad.yml', '--wait')
    expect(stdout).toContain('broken')
    expect(stdout).toMatch(/modelyard job logs job_\w+ --step train/)
  })

  it('that take too long end the waiting with 8, and with 11 once they are canceled', async () => {
    expect(await submit('slow.yml', '--timeout', '0.2')).toMatchObject({ code: 8 })
    const listed = async (): Promise<JobDocument[]> => (await json('job', 'list', '--search', 'slow')) as JobDocument[]
    const [before] = await listed()
    await json('job', 'cancel', before?.id ?? '')
    const waiting = submit('slow.yml')
    let started: JobDocument | undefined
    while (started === undefined)
      started = (await listed()).find(({ id, status }) => id !== before?.id && status === 'running')
    await json('job', 'cancel', started.id)
    expect(await waiting).toMatchObject({ code: 11 })
  })

  it('are refused with file, line and column before they exist', async () => {
    const before = ((await json('job', 'list')) as unknown[]).length
    const { code, stderr } = await yard('job', 'create', '-f', 'typo.yml')
    expect(code).toBe(2)
    expect(stderr).toMatch(/typo\.yml:\d+:\d+/)
    expect(stderr).toContain('did you mean outputs?')
    expect(((await json('job', 'list')) as unknown[]).length).toBe(before)
  })
})

describe('pipelines', () => {
  it('are validated, published, run with parameters, disabled and enabled', async () => {
    expect(await json('pipeline', 'validate', '-f', 'good.yml')).toMatchObject({ valid: true })
    expect((await yard('pipeline', 'validate', '-f', 'typo.yml')).code).toBe(2)
    expect(await json('pipeline', 'publish', '-f', 'good.yml', '--name', 'flow')).toMatchObject({
      version: 1,
      enabled: true,
    })
    expect(await json('pipeline', 'run', 'flow', '--set', 'depth=5', '--wait')).toMatchObject({ status: 'succeeded' })
    expect((await yard('pipeline', 'run', 'flow', '--set', 'dept=5')).code).toBe(2)
    expect(await json('pipeline', 'disable', 'flow')).toMatchObject({ enabled: false })
    expect((await yard('pipeline', 'run', 'flow')).code).toBe(5)
    expect(await json('pipeline', 'enable', 'flow')).toMatchObject({ enabled: true })
    expect(await json('pipeline', 'list')).toHaveLength(1)
  })
})

describe('compute targets, models and runs', () => {
  it('are created, shown, listed and named by alias', async () => {
    expect(await json('compute', 'create', 'small', '--type', 'cluster', '--max-nodes', '2')).toMatchObject({
      maxNodes: 2,
    })
    expect((await yard('compute', 'create', 'small')).code).toBe(5)
    expect(await json('compute', 'list')).toEqual(expect.arrayContaining([expect.objectContaining({ name: 'local' })]))
    await json('compute', 'delete', 'small')
    expect((await yard('compute', 'delete', 'local')).code).toBe(5)
    expect(await json('model', 'register', 'naive', '--path', 'work', '--metric', 'mae=812.5')).toMatchObject({
      version: '1',
    })
    await json('model', 'alias', 'naive', '1', 'champion')
    expect(await json('model', 'show', 'naive@champion')).toMatchObject({ version: '1', aliases: ['champion'] })
    expect((await yard('model', 'show', 'naive:9')).code).toBe(3)
    expect(await json('experiment', 'list')).not.toHaveLength(0)
    expect(await json('run', 'list', '--limit', '1')).toHaveLength(1)
  })

  it('show as tables for people, and empty lists say what to do next', async () => {
    for (const words of [
      'workspace list',
      'job list',
      'compute list',
      'data list',
      'model list',
      'run list',
      'pipeline list',
      'status',
    ])
      expect(await yard(...words.split(' '))).toMatchObject({ code: 0, stderr: '' })
    const { stdout } = await run(['job', 'list', '--workspace', 'chicago'], { home, folder })
    expect(stdout).toContain('modelyard job create -f')
  })
})

// Last: nothing answers after it.
describe('modelyard down', () => {
  it('stops the server in order and is content when it is down already', async () => {
    expect(await json('down')).toMatchObject({ stopped: true, pid: server.pid })
    expect(await server.ended).toBe(0)
    expect(await json('down')).toMatchObject({ stopped: false })
    expect((await yard('workspace', 'list')).code).toBe(6)
  })
})
