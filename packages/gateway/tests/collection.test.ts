import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { pause, sumOf, TestGateway, until } from './start-gateway.ts'

const sums =
  'import json, os, time\n\ndef init():\n    pass\n\ndef run(data):\n    body = json.loads(data)\n    if body.get("sleep"):\n        time.sleep(body["sleep"])\n    if body.get("die"):\n        os._exit(9)\n    return [sum(value for value in row if not isinstance(value, str)) for row in body["data"]]\n'
let gateway: TestGateway
beforeEach(async () => {
  gateway = await new TestGateway().start()
})
afterEach(() => gateway.stop())

const body = { data: [[1, 2]] }
const eventTime = '2007-03-01T00:00:00.000Z'

describe('collection at the gateway', () => {
  test('keeps request, answer, id, version and event time of what was answered well, and of nothing else', async () => {
    await gateway.serve([gateway.deployment('blue', sums)])
    expect(await gateway.predict(body, { 'x-request-id': 'one', 'modelyard-event-time': eventTime })).toMatchObject({
      status: 200,
      body: '[3]',
    })
    expect((await gateway.predict('{"data": ')).status).toBe(400)
    const before = Date.now()
    expect((await gateway.predict(body, { 'x-request-id': 'two', 'modelyard-event-time': 'yesterday' })).status).toBe(
      200,
    )
    expect(await gateway.counts('blue')).toEqual({ received: 2, stored: 2, sampledOut: 0, dropped: {}, lost: 0 })
    const [one, two] = gateway.records('blue')
    expect({ ...one, request: String(one?.request), answer: String(one?.answer) }).toEqual({
      requestId: 'one',
      kind: 0,
      label: '7',
      eventTimeMs: Date.parse(eventTime),
      request: JSON.stringify(body),
      answer: '[3]',
    })
    expect(two?.eventTimeMs).toBeGreaterThanOrEqual(before)
    expect(readdirSync(gateway.segments('blue')).filter((name) => name.endsWith('.open'))).toEqual([])
  })

  test('at a rate of one half, every prediction is counted and the same ids are kept each time', async () => {
    const deployment = gateway.deployment('blue', sums, {
      collection: { samplingRate: 0.5, redact: [], columns: null },
    })
    await gateway.serve([deployment])
    for (let round = 0; round < 2; round++)
      await Promise.all(
        Array.from({ length: 200 }, (_, index) => gateway.predict(body, { 'x-request-id': `r${index}` })),
      )
    const counts = await gateway.counts('blue')
    expect([counts.received, sumOf(counts), counts.lost, counts.dropped]).toEqual([400, 400, 0, {}])
    expect(counts.sampledOut).toBeGreaterThan(100)
    expect(counts.stored).toBeGreaterThan(100)
    const kept = gateway.records('blue').map((record) => record.requestId)
    expect(kept.length).toBe(counts.stored)
    expect(new Set(kept).size * 2).toBe(kept.length)
  })

  test('a redacted column reaches no file; what cannot be read is not kept', async () => {
    const script = sums.replace('return [', 'return [{"email": "secret-answer", "sum": 1}] if "echo" in body else [')
    const deployment = gateway.deployment('blue', script, {
      collection: { samplingRate: 1, redact: ['email'], columns: ['email', 'a'] },
    })
    await gateway.serve([deployment])
    await gateway.predict({ data: [['secret-row', 2]] })
    await gateway.predict({ data: [['secret-row', 2]], email: 'secret-extra', echo: 1 })
    await gateway.predict('{"data": [["secret-row", 5]], "d\\u0061ta2": {"em\\u0061il": "secret-escaped"}}')
    await gateway.serve([{ ...deployment, collection: { samplingRate: 1, redact: ['email'], columns: null } }])
    await gateway.predict({ data: [['secret-row', 2]] })
    const counts = await gateway.counts('blue')
    expect(counts).toMatchObject({ received: 4, stored: 3, dropped: { unreadable: 1 }, lost: 0 })
    expect(gateway.records('blue').map((record) => [String(record.request), String(record.answer)])).toEqual([
      ['{"dataframe_split":{"columns":["a"],"data":[[2]]}}', '[2]'],
      ['{"dataframe_split":{"columns":["a"],"data":[[2]]}}', '[{"sum":1}]'],
      ['{"dataframe_split":{"columns":["a"],"data":[[5]]}}', '[5]'],
    ])
    expect(grep('secret-', join(gateway.home, 'collected'))).toBe('')
  })

  test('a disk that cannot be written fails no prediction, is counted, and is used again when it is back', async () => {
    const folder = join(gateway.home, 'collected', 'default', 'e')
    mkdirSync(folder, { recursive: true })
    // A file where the folder should be: this cannot be written by anybody, not even by root.
    writeFileSync(join(folder, 'blue'), '')
    await gateway.serve([gateway.deployment('blue', sums)])
    for (let index = 0; index < 20; index++) expect((await gateway.predict(body)).status).toBe(200)
    await until(
      'the disk is found to refuse',
      async () => (await gateway.status())[0]?.collection?.dropped['disk'] === 20,
    )
    rmSync(join(folder, 'blue'))
    let sent = 20
    await until('the disk is used again', async () => {
      await gateway.predict(body)
      sent++
      return ((await gateway.status())[0]?.collection?.stored ?? 0) > 0
    })
    const counts = await gateway.counts('blue')
    expect([counts.received, sumOf(counts), counts.lost]).toEqual([sent, sent, 0])
    expect(gateway.records('blue').length).toBe(counts.stored)
  })

  test('bodies too large and more than the buffer holds are dropped and counted, and answered all the same', async () => {
    await gateway.serve([gateway.deployment('blue', 'def run(data):\n    return len(data)\n')])
    const large = 'x'.repeat(5 * 2 ** 20)
    expect((await gateway.predict(large)).body).toBe(String(large.length))
    const medium = 'x'.repeat(3 * 2 ** 20)
    const answers = await Promise.all(Array.from({ length: 30 }, () => gateway.predict(medium)))
    expect(answers.every((answer) => answer.status === 200)).toBe(true)
    const counts = await gateway.counts('blue')
    expect([counts.received, sumOf(counts), counts.dropped['too_large'], counts.lost]).toEqual([31, 31, 1, 0])
    expect(gateway.records('blue').length).toBe(counts.stored)
  })

  test('a client that went away before its answer, and a worker that died, are counted', async () => {
    await gateway.serve([gateway.deployment('blue', sums)])
    const leaving = request({ host: '127.0.0.1', port: gateway.port, method: 'POST', path: '/w/default/e/score' })
    leaving.on('error', () => undefined)
    leaving.end(JSON.stringify({ ...body, sleep: 1 }))
    await until('it runs', async () => (await gateway.status())[0]?.workers[0]?.state === 'busy')
    leaving.destroy()
    await until('its answer found nobody', async () => (await gateway.status())[0]?.collection?.received === 1)
    expect((await gateway.predict({ ...body, die: true })).status).toBe(424)
    await until('there is a new worker', async () => (await gateway.predict(body)).status === 200)
    const counts = await gateway.counts('blue')
    expect(counts).toMatchObject({ stored: 1, dropped: { client_gone: 1 }, lost: 0, received: 2 })
  })

  test('switched off there are no counts, and switched on again they go on', async () => {
    const deployment = gateway.deployment('blue', sums)
    await gateway.serve([deployment])
    await gateway.predict(body)
    expect((await gateway.counts('blue')).received).toBe(1)
    await gateway.serve([{ ...deployment, collection: null }])
    await gateway.predict(body)
    expect((await gateway.status())[0]?.collection).toBeNull()
    await gateway.serve([deployment])
    await gateway.predict(body)
    expect(await gateway.counts('blue')).toMatchObject({ received: 2, stored: 2, lost: 0 })
  })
})

describe('over the life of a gateway', () => {
  test('kill -9 under load: what was answered is stored or lost, and the numbers say so', async () => {
    await gateway.serve([gateway.deployment('blue', sums, { instanceCount: 2 })])
    let answered = 0
    const load = { on: true }
    const clients = 8
    const clientsDone = Array.from({ length: clients }, async () => {
      while (load.on) {
        const { status } = await gateway.predict(body)
        if (status === 200) answered++
        else await pause(20)
      }
    })
    for (let kill = 0; kill < 2; kill++) {
      await pause(1500)
      await gateway.kill('SIGKILL')
      await gateway.start()
      await gateway.settled()
    }
    await pause(300)
    load.on = false
    await Promise.all(clientsDone)
    const counts = await gateway.counts('blue')
    expect(sumOf(counts)).toBe(counts.received)
    expect(counts.received).toBeGreaterThanOrEqual(answered)
    // A worker may have answered what no client got: one for each connection and kill.
    expect(counts.received - answered).toBeLessThanOrEqual(2 * clients)
    expect(gateway.records('blue').length).toBe(counts.stored)
    // Records are at the disk within tens of milliseconds.
    expect(counts.lost).toBeLessThan(answered / 4)
  })

  test('an orderly stop loses nothing, and leaves no open segment and no file of a worker', async () => {
    const deployment = gateway.deployment('blue', sums)
    await gateway.serve([deployment])
    for (let index = 0; index < 50; index++) await gateway.predict(body)
    await gateway.kill('SIGTERM')
    expect(readdirSync(gateway.segments('blue')).every((name) => name.endsWith('.seg'))).toBe(true)
    expect(gateway.records('blue').length).toBe(50)
    expect(readdirSync(join(gateway.home, 'gateway', 'counters', 'default', 'e', 'blue'))).toEqual([])
    await gateway.start()
    await gateway.settled()
    expect(await gateway.counts('blue')).toMatchObject({ received: 50, stored: 50, lost: 0 })
  })

  test('a torn segment of an earlier gateway is cut to what is whole, and counted as far as the workers counted it', async () => {
    await gateway.serve([gateway.deployment('blue', sums)])
    for (let index = 0; index < 10; index++) await gateway.predict(body)
    await pause(200)
    await gateway.kill('SIGKILL')
    const open = readdirSync(gateway.segments('blue')).find((name) => name.endsWith('.open'))
    const path = join(gateway.segments('blue'), open ?? '')
    writeFileSync(path, readFileSync(path).subarray(0, -3))
    await gateway.start()
    await gateway.settled()
    expect(await gateway.counts('blue')).toMatchObject({ received: 10, stored: 9, lost: 1 })
    expect(gateway.records('blue').length).toBe(9)
  })

  test('a new revision goes on in the same counts; a deployment taken away closes its segments and begins at zero when it comes again', async () => {
    const deployment = gateway.deployment('blue', sums)
    await gateway.serve([deployment])
    await gateway.predict(body)
    await gateway.serve([{ ...deployment, revision: 2 }])
    await gateway.predict(body)
    expect(await gateway.counts('blue')).toMatchObject({ received: 2, stored: 2, lost: 0 })
    await gateway.serve([])
    const counts = join(gateway.home, 'collected', 'default', 'e', 'blue', 'counts.json')
    await until('the counts are gone', () => !existsSync(counts))
    expect(gateway.records('blue').length).toBe(2)
    await gateway.serve([deployment])
    await gateway.predict(body)
    expect(await gateway.counts('blue')).toMatchObject({ received: 1, stored: 1 })
  })
})

function grep(text: string, folder: string): string {
  try {
    return execFileSync('grep', ['-ra', text, folder], { encoding: 'utf8' })
  } catch {
    return ''
  }
}
