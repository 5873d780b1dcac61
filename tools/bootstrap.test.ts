import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'

/** A checkout with nothing in it but the set-up, and an npm that only notes its calls. */
let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'modelyard setup '))
  mkdirSync(join(root, 'tools'))
  mkdirSync(join(root, 'path'))
  cpSync(join(import.meta.dirname, 'bootstrap.mjs'), join(root, 'tools', 'bootstrap.mjs'))
  for (const name of ['package.json', 'package-lock.json']) writeFileSync(join(root, name), '{}')
  writeFileSync(join(root, 'tools', 'check.ts'), "console.log('checked')")
  npm('mkdir -p node_modules/@modelyard')
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

function npm(does: string): void {
  const file = join(root, 'path', 'npm')
  writeFileSync(file, `#!/bin/sh\necho "$@" >> calls\n${does}\n`)
  chmodSync(file, 0o755)
}

const calls = (): number =>
  existsSync(join(root, 'calls')) ? readFileSync(join(root, 'calls'), 'utf8').trim().split('\n').length : 0

function check(version = process.version): ReturnType<typeof spawnSync> {
  const pretend = `data:text/javascript,Object.defineProperty(process,'version',{value:'${version}'})`
  return spawnSync(process.execPath, ['--import', pretend, join(root, 'tools', 'bootstrap.mjs'), 'check'], {
    encoding: 'utf8',
    env: { ...process.env, PATH: `${join(root, 'path')}${delimiter}${process.env['PATH'] ?? ''}` },
  })
}

test('nothing is set up again, also when the next run finds another Node', () => {
  expect(check('v20.20.2')).toMatchObject({ status: 0, stdout: 'checked\n' })
  expect(check('v24.21.0')).toMatchObject({ status: 0, stdout: 'checked\n', stderr: '' })
  expect(calls()).toBe(1)
  writeFileSync(join(root, 'package-lock.json'), '{"changed": true}')
  expect(check().status).toBe(0)
  expect(calls()).toBe(2)
})

test('a set-up that broke is continued by the same command, and says what to do', () => {
  npm('echo "registry is away" >&2; exit 1')
  const broken = check()
  expect(broken.status).toBe(1)
  expect(broken.stderr).toMatch(/registry is away[\s\S]*npm packages[\s\S]*run the same command again/)
  npm('mkdir -p node_modules/@modelyard')
  expect(check()).toMatchObject({ status: 0, stdout: 'checked\n' })
})
