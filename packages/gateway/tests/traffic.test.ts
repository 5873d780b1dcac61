import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { pause, sumOf, TestGateway, until } from './start-gateway.ts'

interface Batch {
  readonly next: string
  readonly points: readonly Record<string, number & string>[]
  readonly exceptions: readonly Record<string, string>[]
}

let gateway: TestGateway
beforeEach(async () => {
  gateway = await new TestGateway().start()
})
afterEach(() => gateway.stop())

const plus = (more: string): string =>
  `import json, time\ndef run(data):\n    rows = json.loads(data)["data"]\n    return [sum(row) + ${more} for row in rows]\n`
const batchOf = async (since: string): Promise<Batch> =>
  (await gateway.control('GET', `/telemetry?since=${encodeURIComponent(since)}`)) as Batch

describe('copies of requests', () => {
  test('go to the mirror and nowhere else; answers are compared, kept under the same id and time, and delay nobody', async () => {
    const eventTime = '2007-03-01T00:00:00.000Z'
    await gateway.serve([
      gateway.deployment('blue', plus('0')),
      gateway.deployment('green', plus('(1e-9 if rows[0][0] < 11 else 2)'), { weight: 0, mirrorPercent: 100 }),
      gateway.deployment('slow', plus('time.sleep(30) or 0'), { weight: 0, mirrorPercent: 100, requestTimeoutMs: 400 }),
    ])
    for (let index = 0; index < 20; index++) {
      const answer = await gateway.predict(
        { data: [[index + 1, 0]] },
        { 'x-request-id': `m${index}`, 'modelyard-event-time': eventTime },
      )
      expect([answer.status, answer.body, answer.deployment]).toEqual([200, `[${index + 1}]`, 'blue'])
    }
    await until('all copies are judged', async () =>
      (await gateway.status()).every(
        (one) => one.deployment === 'blue' || (one.mirror?.compared ?? 0) + (one.mirror?.failed ?? 0) === 20,
      ),
    )
    const [blue, green, slow] = await gateway.status()
    expect(blue?.mirror).toBeNull()
    expect(green?.mirror).toMatchObject({ compared: 20, agreed: 10, failed: 0 })
    expect(green?.mirror?.meanAbsoluteDifference).toBeCloseTo(1, 6)
    expect(slow?.mirror).toMatchObject({ compared: 0, failed: 20 })
    expect(await gateway.counts('green')).toMatchObject({ received: 20, stored: 20 })
    const idsOf = (name: string): string[] =>
      gateway.records(name).map((record) => `${record.requestId} ${record.eventTimeMs}`)
    expect(idsOf('green')).toEqual(idsOf('blue'))
  })
})

describe('the split', () => {
  test('a caller stays where it is while weights stay, and only moves to what grows', async () => {
    const blue = gateway.deployment('blue', plus('0'))
    const green = gateway.deployment('green', plus('0'), { weight: 0 })
    const callers = Array.from({ length: 60 }, (_, index) => `caller-${index}`)
    const place = async (weights: [number, number]): Promise<(string | undefined)[]> => {
      await gateway.serve(
        [
          { ...blue, weight: weights[0] },
          { ...green, weight: weights[1] },
        ],
        { stickyHeader: 'X-Caller' },
      )
      const answers = await Promise.all(
        callers.map((caller) => gateway.predict({ data: [[1]] }, { 'x-caller': caller })),
      )
      return answers.map((answer) => answer.deployment)
    }
    const first = await place([90, 10])
    expect(await place([90, 10])).toEqual(first)
    const second = await place([40, 60])
    for (const [index, before] of first.entries()) if (before === 'green') expect(second[index]).toBe('green')
    const atGreen = second.filter((name) => name === 'green').length
    expect([atGreen > first.filter((name) => name === 'green').length, atGreen < 60]).toEqual([true, true])
  })

  test('no request fails while deployments come, change, take the traffic and go', async () => {
    const blue = gateway.deployment('blue', plus('0'))
    const slow = 'import time\ndef init():\n    time.sleep(1)\n'
    const green = gateway.deployment('green', slow + plus('0'), { weight: 50 })
    await gateway.serve([blue])
    const statuses: number[] = []
    const load = { on: true }
    const clients = Array.from({ length: 6 }, async () => {
      while (load.on) statuses.push((await gateway.predict({ data: [[1]] })).status)
    })
    await gateway.serve([{ ...blue, weight: 50 }, green])
    await gateway.serve([
      { ...blue, weight: 0 },
      { ...green, weight: 100, revision: 2 },
    ])
    await pause(100)
    await gateway.serve([{ ...green, weight: 100, revision: 2 }])
    await pause(200)
    load.on = false
    await Promise.all(clients)
    expect(statuses.length).toBeGreaterThan(100)
    expect(statuses.filter((status) => status !== 200)).toEqual([])
    const counts = await gateway.counts('green')
    expect([sumOf(counts), counts.lost]).toEqual([counts.received, 0])
  })
})

describe('telemetry', () => {
  test('exceptions come once, with traceback and request id; a wrong position gives all', async () => {
    await gateway.serve([
      gateway.deployment('blue', 'import json\ndef run(data):\n    return 1 / json.loads(data)["by"]\n'),
    ])
    expect((await gateway.predict({ by: 0 }, { 'x-request-id': 'bad-1' })).status).toBe(424)
    expect((await gateway.predict({ by: 2 })).status).toBe(200)
    const batch = await batchOf('')
    expect(batch.exceptions).toEqual([
      expect.objectContaining({
        workspace: 'default',
        endpoint: 'e',
        deployment: 'blue',
        requestId: 'bad-1',
        type: 'ZeroDivisionError',
        message: 'division by zero',
        traceback: expect.stringContaining('line 3, in run') as string,
      }),
    ])
    expect((await batchOf(batch.next)).exceptions).toEqual([])
    expect((await batchOf('of-another-run.5.5')).exceptions.length).toBe(1)
  })

  test('finished intervals carry requests, latencies, time and memory of the processes', async () => {
    await gateway.serve([
      gateway.deployment(
        'blue',
        'import time\ndef run(data):\n    end = time.process_time() + 0.05\n    while time.process_time() < end: pass\n    return 1\n',
      ),
    ])
    for (let index = 0; index < 20; index++) expect((await gateway.predict({})).status).toBe(200)
    await until('the use is known', async () => {
      const [blue] = await gateway.status()
      return (blue?.cpuCores ?? null) !== null && (blue?.memoryBytes ?? 0) > 0
    })
    let points: Batch['points'] = []
    let next = ''
    await until('the interval is over', async () => {
      const batch = await batchOf(next)
      next = batch.next
      points = [...points, ...batch.points]
      return points.reduce((sum, point) => sum + Number(point['requests']), 0) === 20
    })
    const sum = (name: string): number => points.reduce((total, point) => total + Number(point[name]), 0)
    expect(sum('cpuSeconds')).toBeGreaterThan(0.8)
    expect(sum('latencySumMs')).toBeGreaterThan(900)
    expect(sum('memoryBytes')).toBeGreaterThan(2 ** 20)
    const counted = points.flatMap((point) => point['latencyCounts'] as unknown as number[])
    expect(counted.reduce((total, count) => total + count, 0)).toBe(20)
    expect(points.every((point) => Number(point['at']) % 10_000 === 0)).toBe(true)
  })
})

describe('collectors in a scoring script', () => {
  const script = `import json
from modelyard.monitoring import ModelDataCollector, Collector

def init():
    global inputs, outputs
    inputs = ModelDataCollector("m", designation="inputs", feature_names=["a", "email"])
    outputs = Collector("model_outputs")
    inputs.collect([[0, "before any request"]])

def run(data):
    rows = json.loads(data)["data"]
    inputs.collect(rows)
    answer = [row[0] * 2 for row in rows]
    outputs.collect([{"doubled": value} for value in answer])
    return answer
`

  test('write rows with the id and time of their request, without redacted columns, and all of them at an orderly end', async () => {
    const eventTime = '2007-03-01T00:00:00.000Z'
    await gateway.serve([
      gateway.deployment('blue', script, {
        collection: { samplingRate: 0, redact: ['email'], columns: ['a', 'email'] },
      }),
    ])
    await gateway.predict({ data: [[3, 'x@y']] }, { 'x-request-id': 'one', 'modelyard-event-time': eventTime })
    await until('the first rows are closed', () => gatewayRecords().length === 2)
    await gateway.predict({ data: [[4, 'x@y']] }, { 'x-request-id': 'two' })
    await gateway.kill('SIGTERM')
    const records = gatewayRecords()
    expect(records.map((record) => [record.requestId, record.kind, record.label, String(record.request)])).toEqual([
      ['one', 1, 'inputs', '{"dataframe_split": {"columns": ["a"], "data": [[3]]}}'],
      ['one', 1, 'model_outputs', '{"dataframe_split": {"columns": ["doubled"], "data": [[6]]}}'],
      ['two', 1, 'inputs', '{"dataframe_split": {"columns": ["a"], "data": [[4]]}}'],
      ['two', 1, 'model_outputs', '{"dataframe_split": {"columns": ["doubled"], "data": [[8]]}}'],
    ])
    expect(records[0]?.eventTimeMs).toBe(Date.parse(eventTime))
    expect(readFileSync(join(gateway.home, 'logs', 'blue.log'), 'utf8')).toContain('belongs to no request')
  })

  test('a segment that a killed worker left open is closed', async () => {
    const dying = script.replace(
      '    return answer',
      '    if answer[0] < 0:\n        import time, os\n        time.sleep(0.3)\n        os._exit(9)\n    return answer',
    )
    await gateway.serve([gateway.deployment('blue', dying)])
    await gateway.predict({ data: [[-1, '']] }, { 'x-request-id': 'last' })
    await until('it is closed', () => gatewayRecords().some((record) => record.requestId === 'last'))
  })

  function gatewayRecords(): ReturnType<TestGateway['records']> {
    mkdirSync(gateway.segments('blue'), { recursive: true })
    return gateway.records('blue').filter((record) => record.kind === 1)
  }
})
