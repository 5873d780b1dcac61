import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { CountsFiles } from './counts-files.ts'
import type { CountsDocument } from './counts.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'my-counts-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const standing = (stored: number, segments: Record<string, number> = {}): CountsDocument => ({
  on: true,
  stored,
  sampledOut: 0,
  lost: 0,
  dropped: {},
  held: 0,
  workers: {},
  segments,
})
const storedNow = async (): Promise<number | undefined> => (await new CountsFiles(folder).read())?.stored

test('what was written later counts, also over a restart', async () => {
  expect(await storedNow()).toBeUndefined()
  const first = new CountsFiles(folder)
  await first.save(standing(1))
  await first.note(standing(2))
  expect(await storedNow()).toBe(2)
  await first.save(standing(3))
  expect(await storedNow()).toBe(3)
  await first.close()
  const second = new CountsFiles(folder)
  await second.read()
  await second.save(standing(4))
  expect(await storedNow()).toBe(4)
  await second.note(standing(5))
  expect(await storedNow()).toBe(5)
  await second.close()
})

test('a short note covers a long one; one that is torn is not taken', async () => {
  const files = new CountsFiles(folder)
  await files.save(standing(1))
  await files.note(
    standing(2, Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`segment-${index}`, index]))),
  )
  await files.note(standing(3))
  expect(await storedNow()).toBe(3)
  await files.close()
  const path = join(folder, 'counts.note')
  writeFileSync(path, readFileSync(path).subarray(0, 20))
  expect(await storedNow()).toBe(1)
})

test('forgotten is forgotten', async () => {
  const files = new CountsFiles(folder)
  await files.save(standing(1))
  await files.note(standing(2))
  await files.remove()
  expect(await storedNow()).toBeUndefined()
})
