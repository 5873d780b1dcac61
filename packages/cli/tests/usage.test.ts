import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { run } from './host.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'usage-'))
  writeFileSync(join(folder, 'p.yml'), 'type: pipeline\n')
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('a wrong command line', () => {
  it.each([
    [['jbo'], 'Did you mean job?'],
    [['statsu'], 'Did you mean status?'],
    [['job', 'creat'], 'Did you mean modelyard job create?'],
    [['job', 'craete', '-f', 'x'], 'Did you mean modelyard job create?'],
    [['job', 'create', '--fiel', 'x'], 'Did you mean --file?'],
    [['compute', 'create', 'c', '--max-node', '3'], 'Did you mean --max-nodes?'],
    [['--jsno', 'job', 'list'], 'Did you mean --json?'],
    [['role', 'assign', 'ada', 'Onwer'], 'Did you mean Owner?'],
    [['job', 'create'], 'needs -f or --file FILE'],
    [['job', 'show'], 'id'],
    [['job', 'show', 'a', 'b'], 'argument'],
    [['job', '--json'], 'needs a verb'],
    [['job', 'list', '--status', 'done'], 'queued, running'],
    [['compute', 'create', 'c', '--max-nodes', 'many'], 'has to be a number'],
    [['pipeline', 'publish', '--name', 'n'], 'either -f FILE or --job ID'],
    [['endpoint', 'traffic', 'e', 'blue=90', 'green=20'], 'sum to 110'],
    [['endpoint', 'traffic', 'e', 'blue=ninety'], 'DEPLOYMENT=PERCENT'],
    [['deployment', 'show', 'blue'], '--endpoint'],
    [['up', '--port', '70000'], 'not a port'],
  ])('%j ends with 2 and says what was meant', async (words, hint) => {
    const { code, stdout, stderr } = await run(words)
    expect(code).toBe(2)
    if (!words.includes('--json')) expect(stdout).toBe('')
    expect(stderr).toContain(hint)
    expect(stderr).toContain('→')
  })

  it('gives a JSON document when JSON was asked for', async () => {
    const { code, stdout } = await run(['job', 'creat', '--json'])
    expect(JSON.parse(stdout)).toMatchObject({ exitCode: code, problem: { code: 'usage' } })
  })

  it('names a file that is not there', async () => {
    const outcome = await run(['job', 'create', '-f', 'missing.yml', '--url', 'http://127.0.0.1:9'], { folder })
    expect(outcome).toMatchObject({ code: 2 })
    expect(outcome.stderr).toContain(join(folder, 'missing.yml'))
  })

  it('refuses parameters that are no scalars before anything is sent', async () => {
    const words = ['job', 'create', '-f', 'p.yml', '--url', 'http://127.0.0.1:9']
    for (const set of ['depth', '=3', 'depth=[1, 2]', 'depth={a: 1}', 'depth="open'])
      expect(await run([...words, '--set', set], { folder })).toMatchObject({ code: 2 })
  })
})

describe('without a server', () => {
  it('says so with exit code 6, whether none is known or none answers', async () => {
    const unknown = await run(['job', 'list'])
    expect(unknown.code).toBe(6)
    expect(unknown.stderr).toContain('modelyard up')
    const silent = await run(['job', 'list', '--url', 'http://127.0.0.1:9999'])
    expect(silent.code).toBe(6)
    expect(silent.stderr).toContain('http://127.0.0.1:9999')
  })

  it('stops nothing and is content when nothing runs', async () => {
    const { code, stdout } = await run(['down', '--json'])
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ stopped: false, pid: null })
  })

  it('takes common options before the noun as after the verb', async () => {
    const before = await run(['--json', '--url', 'http://127.0.0.1:9999', 'job', 'list'])
    const after = await run(['job', 'list', '--json', '--url', 'http://127.0.0.1:9999'])
    expect(before).toEqual(after)
  })

  it('prints its version alone', async () => {
    expect((await run(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
  })
})
