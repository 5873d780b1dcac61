import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { systemClock } from './clock.ts'
import { SimulatedClock } from './simulated-clock.ts'
import { startThread, type Thread } from './threads.ts'

interface Tasks {
  readonly [name: string]: (input: never) => Promise<unknown>
  double(value: number): Promise<number>
  fail(message: string): Promise<never>
  crash(input: null): Promise<never>
  priority(input: null): Promise<number>
}

let folder = ''
let program = ''
let thread: Thread<Tasks> | undefined

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'modelyard-threads-'))
  program = join(folder, 'program.mjs')
  await writeFile(
    program,
    `
import { readlinkSync } from 'node:fs'
import { getPriority } from 'node:os'
import { serveThread } from ${JSON.stringify(join(import.meta.dirname, 'threads.ts'))}
serveThread({
  double: async (value) => value * 2,
  fail: async (message) => { throw Object.assign(new RangeError(message), { code: 'E1', details: { a: 1 } }) },
  crash: () => new Promise(() => setTimeout(() => { throw new Error('out of the blue') })),
  priority: async () => getPriority(Number(readlinkSync('/proc/thread-self').split('/').at(-1))),
})
`,
  )
})
afterEach(async () => {
  await thread?.stop()
  await rm(folder, { recursive: true, force: true })
})

test('answers tasks, and tells what one threw', async () => {
  thread = startThread<Tasks>({ program, name: 'test', clock: systemClock })
  expect(thread.running).toBe(false)
  expect(await Promise.all([thread.run('double', 2), thread.run('double', 4)])).toEqual([4, 8])
  await expect(thread.run('fail', 'too far')).rejects.toMatchObject({
    name: 'ThreadTaskError',
    kind: 'RangeError',
    message: 'too far',
    properties: { code: 'E1', details: { a: 1 } },
  })
  await expect(thread.run('unknown', null as never)).rejects.toMatchObject({ kind: 'RangeError' })
})

test('is started again after a crash, which rejects what was under way', async () => {
  const crashes: string[] = []
  thread = startThread<Tasks>({
    program,
    name: 'test',
    clock: systemClock,
    onCrash: (error) => crashes.push(error.message),
  })
  await expect(thread.run('crash', null)).rejects.toMatchObject({ name: 'ThreadGone' })
  expect(crashes).toEqual(['out of the blue'])
  expect(await thread.run('double', 21)).toBe(42)
})

test('ends when nothing is asked of it, and comes back for the next task', async () => {
  const clock = new SimulatedClock()
  thread = startThread<Tasks>({ program, name: 'test', clock, idleMs: 30_000 })
  await thread.run('double', 1)
  await clock.advance(29_999)
  expect(thread.running).toBe(true)
  await clock.advance(1)
  expect(thread.running).toBe(false)
  expect(await thread.run('double', 1)).toBe(2)
  await thread.stop()
  await expect(thread.run('double', 1)).rejects.toMatchObject({ name: 'ThreadGone' })
})

test.runIf(process.platform === 'linux')('works at a low priority of its own', async () => {
  thread = startThread<Tasks>({ program, name: 'test', clock: systemClock })
  expect(await thread.run('priority', null)).toBe(10)
})
