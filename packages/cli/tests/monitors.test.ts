import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Alert, Endpoint, Monitor } from '@modelyard/contract'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startServer, type RunningServer } from './running-server.ts'

const start = Date.UTC(2026, 0, 5)
const dayMs = 86_400_000
let server: RunningServer
const yard = (...words: string[]) => server.yard(...words)
const json = (...words: string[]): Promise<unknown> => server.json(...words)
const write = (name: string, text: string): void => writeFileSync(join(server.folder, name), text)

/** Numbers between -1 and 1 that look like chance and are the same each time. */
function chance(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32
    return state / 2 ** 31 - 1
  }
}

beforeAll(async () => {
  server = await startServer()
  mkdirSync(join(server.folder, 'score'))
  write('score/score.py', 'import json\ndef run(data):\n    return [row["a"] for row in json.loads(data)["data"]]\n')
  const random = chance(1)
  write('train.csv', `a,y\n${Array.from({ length: 500 }, () => `${random()},${random()}`).join('\n')}\n`)
  write('endpoint.yml', 'name: watched\n')
  write(
    'blue.yml',
    'name: blue\nendpoint_name: watched\ncode_configuration: { code: ./score, scoring_script: score.py }\n',
  )
  write(
    'monitor.yml',
    'name: watch\nendpoint: watched\nwindow: { size: 1d }\nreference: { data: train, label: y }\nschedule: off\nsignals:\n  inputs: { type: data_drift }\n  accuracy: { type: model_performance, label: y }\n',
  )
  await json('data', 'create', 'train', '--path', 'train.csv')
  await json('endpoint', 'create', '-f', 'endpoint.yml')
  await json('monitor', 'create', '-f', 'monitor.yml')
  await json('deployment', 'create', '-f', 'blue.yml', '--wait')
}, 60_000)
afterAll(() => server.stop())

async function predict(day: number, shift: number): Promise<void> {
  const endpoint = (await json('endpoint', 'show', 'watched')) as Endpoint
  const random = chance(day + 2)
  const answer = await fetch(endpoint.scoringUri, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${endpoint.keys?.primary ?? ''}`,
      'content-type': 'application/json',
      'x-request-id': `day-${day}`,
      'modelyard-event-time': new Date(start + day * dayMs).toISOString(),
    },
    body: JSON.stringify({ data: Array.from({ length: 200 }, () => ({ a: random() + shift })) }),
  })
  expect(answer.status).toBe(200)
}

describe('monitor, alert and label', () => {
  it('tell what drifts, since when, and what happened, for people and as JSON', async () => {
    expect((await yard('monitor', 'create', '-f', 'monitor.yml')).code).toBe(5)
    expect((await yard('monitor', 'show', 'nothing')).code).toBe(3)
    write('broken.yml', 'name: x\nendpoint: watched\nwindow: { size: soon }\n')
    expect(await yard('monitor', 'create', '-f', 'broken.yml')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('broken.yml:3:11') as string,
    })
    await predict(0, 0)
    await predict(1, 1.5)
    write(
      'labels.jsonl',
      Array.from({ length: 200 }, (_unused, row) => `{"requestId": "day-0", "row_index": ${row}, "y": 0}\n`).join(''),
    )
    expect(await json('label', 'add', '-f', 'labels.jsonl')).toMatchObject({
      endpoint: 'watched',
      added: 200,
      matched: 200,
    })
    write('nobody.csv', 'request_id,y\n,3\n')
    expect((await yard('label', 'add', '-f', 'nobody.csv', '--endpoint', 'watched')).code).toBe(1)
    expect((await yard('label', 'add', '-f', 'labels.txt')).code).toBe(2)

    const monitor = (await json('monitor', 'run', 'watch', '--distributions')) as Monitor
    expect(monitor.windows.map((window) => [window.start, window.end, window.rows, window.labels])).toEqual([
      ['2026-01-05T00:00:00.000Z', '2026-01-06T00:00:00.000Z', 200, 200],
      ['2026-01-06T00:00:00.000Z', '2026-01-07T00:00:00.000Z', 200, 0],
    ])
    expect(monitor.windows[1]?.distributions).toMatchObject([{ feature: 'a', kind: 'numeric' }])
    expect(monitor.alerts).toMatchObject([
      { status: 'firing', signal: 'inputs', features: ['a'], since: '2026-01-06T00:00:00.000Z' },
    ])
    const shown = await yard('monitor', 'show', 'watch')
    expect(shown.stdout).toMatch(/2026-01-06 +2026-01-07 +200 +0 +a\n/)
    expect(shown.stdout).toContain('watched: the inputs have drifted since 2026-01-06, in 1 window: a (KS distance')
    expect((await yard('monitor', 'list')).stdout).toMatch(/watch +watched +2026-01-06, 200 rows +1/)

    const [alert] = (await json('alert', 'list', '--status', 'firing')) as Alert[]
    expect((await yard('alert', 'show', alert?.id ?? '')).stdout).toContain('KS distance')
    expect(await json('alert', 'ack', alert?.id ?? '', '--note', 'known')).toMatchObject({
      status: 'acknowledged',
      note: 'known',
    })
    expect(await json('alert', 'resolve', alert?.id ?? '')).toMatchObject({ status: 'resolved' })
    expect((await yard('alert', 'resolve', alert?.id ?? '')).code).toBe(5)
    expect((await yard('alert', 'ack', 'alrt_nothing')).code).toBe(3)
  }, 60_000)

  it('write the collected rows of a time into a folder, the partitions kept', async () => {
    const all = (await json('monitor', 'data', 'watch', '--out', 'rows')) as { rows: number; files: { path: string }[] }
    expect(all.rows).toBe(800)
    for (const { path } of all.files)
      expect(
        readFileSync(join(server.folder, 'rows', path))
          .subarray(0, 4)
          .toString(),
      ).toBe('PAR1')
    expect(readdirSync(join(server.folder, 'rows', 'blue')).toSorted()).toEqual(['inputs', 'predictions'])
    await json('monitor', 'data', 'watch', '--out', 'second', '--from', '2026-01-06')
    expect(existsSync(join(server.folder, 'second/blue/inputs/year=2026/month=01/day=05'))).toBe(false)
    expect(existsSync(join(server.folder, 'second/blue/inputs/year=2026/month=01/day=06/hour=00'))).toBe(true)
    expect((await yard('monitor', 'data', 'watch', '--out', 'x', '--from', 'soon')).code).toBe(2)
    expect(await json('monitor', 'delete', 'watch')).toEqual({ name: 'watch', deleted: true })
    expect(await json('monitor', 'list')).toEqual([])
  }, 60_000)
})
