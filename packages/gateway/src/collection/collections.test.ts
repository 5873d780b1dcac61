import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { decodeSegment } from '@modelyard/contract/collection'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Collections } from './collections.ts'
import type { DeploymentCollection } from './deployment-collection.ts'
import type { WorkerCounter } from './worker-counters.ts'

let home: string
let collections: Collections
let blue: DeploymentCollection
let worker: WorkerCounter
beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'my-collections-'))
  collections = new Collections(home, { deploymentBytes: 10_000, gatewayBytes: 15_000, segmentBytes: 4000 })
  blue = open('blue')
  worker = blue.meet('none')
  await blue.rotate()
})
afterEach(async () => {
  await collections.stop()
  rmSync(home, { recursive: true })
})

function open(name: string): DeploymentCollection {
  const collection = collections.of('default', 'e', name)
  collection.configure({ samplingRate: 1, redact: [], columns: null })
  return collection
}

function capture(collection: DeploymentCollection, counter: WorkerCounter, count: number): void {
  for (let index = 0; index < count; index++) {
    collection.see(counter)
    collection.capture({
      requestId: `r${index}`,
      eventTimeMs: 1,
      modelVersion: '1',
      request: [Buffer.alloc(900)],
      requestBytes: 900,
      answer: Buffer.from('[1]'),
    })
  }
}

test('what is more than the deployment may hold is dropped and counted, the newest first', async () => {
  capture(blue, worker, 20)
  await blue.rotate()
  const counts = blue.counts()
  expect(counts).toEqual({ received: 20, stored: 10, sampledOut: 0, dropped: { buffer_full: 10 }, lost: 0 })
  expect(idsIn('blue')).toEqual(Array.from({ length: 10 }, (_, index) => `r${index}`))
})

test('all deployments together hold no more than the gateway may; memory is free again after it was written', async () => {
  const green = open('green')
  const other = green.meet('none')
  await green.rotate()
  capture(blue, worker, 20)
  capture(green, other, 20)
  await Promise.all([blue.rotate(), green.rotate()])
  expect([blue.counts()?.stored, green.counts()?.stored]).toEqual([10, 5])
  for (let round = 0; round < 5; round++) {
    capture(green, other, 10)
    await green.rotate()
  }
  expect(green.counts()).toMatchObject({ received: 70, stored: 55, dropped: { buffer_full: 15 }, lost: 0 })
})

test('an answer that was seen and of which nothing became is not forgotten', async () => {
  blue.see(worker)
  expect(blue.counts()).toMatchObject({ received: 1, lost: 1 })
  blue.drop('client_gone')
  expect(blue.counts()).toMatchObject({ received: 1, lost: 0, dropped: { client_gone: 1 } })
})

test('a segment that is large enough is closed by itself', async () => {
  capture(blue, worker, 6)
  blue.tick()
  await expect.poll(() => idsIn('blue').length).toBe(6)
})

function idsIn(name: string): string[] {
  const folder = join(home, 'collected', 'default', 'e', name, 'segments')
  return readdirSync(folder)
    .filter((file) => file.endsWith('.seg'))
    .toSorted()
    .flatMap((file) => [...decodeSegment(readFileSync(join(folder, file)), (data) => crc32(data))])
    .map((record) => record.requestId)
}
