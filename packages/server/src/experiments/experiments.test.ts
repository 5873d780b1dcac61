import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { MetricSeries, Run } from '@modelyard/contract'
import { startServer, type TestServer } from '../../tests/start-server.ts'

const base = '/api/v1/workspaces/default'

interface List<Item> {
  items: Item[]
  nextPageToken?: string
}

describe('tracking through our own API', () => {
  let server: TestServer
  beforeAll(async () => {
    server = await startServer()
  })
  afterAll(async () => await server.stop())

  async function startRun(experiment: string, more: object = {}): Promise<Run> {
    const { status, body } = await server.call<Run>('POST', `${base}/runs`, { body: { experiment, ...more } })
    expect(status).toBe(201)
    return body
  }

  async function log(run: Run, body: object): Promise<void> {
    expect((await server.call('POST', `${base}/runs/${run.id}/log`, { body })).status).toBe(204)
  }

  const list = async (query: Record<string, string>) =>
    await server.call<List<Run>>('GET', `${base}/runs?${new URLSearchParams(query).toString()}`)

  it('keeps what a run logs and shows it as one document with its children', async () => {
    const run = await startRun('one', { name: 'mine', tags: { team: 'a' } })
    const child = await startRun('one', { parentRunId: run.id })
    await log(run, {
      metrics: [
        { name: 'loss', value: 2, step: 1, timestampMs: 1000 },
        { name: 'loss', value: 'NaN', step: 3 },
        { name: 'loss', value: 1, step: 2 },
      ],
      parameters: { depth: '3' },
    })
    const { body } = await server.call<Run>('GET', `${base}/runs/${run.id}`)
    expect(body).toMatchObject({
      name: 'mine',
      experiment: 'one',
      status: 'running',
      parameters: { depth: '3' },
      metrics: [{ name: 'loss', value: 'NaN', step: 3 }],
      children: [{ id: child.id, status: 'running' }],
      url: `${server.url}/w/default/runs/${run.id}`,
    })
    const ended = await server.call<Run>('POST', `${base}/runs/${run.id}/end`, { body: { status: 'failed' } })
    expect(ended.body.status).toBe('failed')
    expect(ended.body.endedAt).not.toBeNull()
  })

  it('refuses another value for a parameter, and then keeps nothing of the request', async () => {
    const run = await startRun('two')
    await log(run, { parameters: { depth: '3' } })
    await log(run, { parameters: { depth: '3' } })
    const refused = await server.call('POST', `${base}/runs/${run.id}/log`, {
      body: { parameters: { fresh: '1', depth: '4' }, tags: { t: 'x' }, metrics: [{ name: 'm', value: 1 }] },
    })
    expect(refused).toMatchObject({ status: 400, body: { code: 'parameter_changed' } })
    const { body } = await server.call<Run>('GET', `${base}/runs/${run.id}`)
    expect(body.parameters).toEqual({ depth: '3' })
    expect(body.metrics).toEqual([])
    expect(body.tags).not.toHaveProperty('t')
  })

  it('refuses a write to a run that was deleted a moment ago, though it was in use', async () => {
    const run = await startRun('two')
    await log(run, { metrics: [{ name: 'm', value: 1 }] })
    expect((await server.call('DELETE', `${base}/runs/${run.id}`)).status).toBe(204)
    const late = await server.call('POST', `${base}/runs/${run.id}/log`, {
      body: { metrics: [{ name: 'm', value: 2 }] },
    })
    expect(late).toMatchObject({ status: 409, body: { code: 'conflict' } })
  })

  it('pages through an order with ties, NaN and missing values without losing or repeating a run', async () => {
    const values: (number | string | undefined)[] = [3, 'NaN', 1, undefined, 3, 'Infinity', undefined, 2, '-Infinity']
    const ids: string[] = []
    for (const value of values) {
      const run = await startRun('paged')
      ids.push(run.id)
      if (value !== undefined) await log(run, { metrics: [{ name: 'score', value }] })
    }
    for (const direction of ['ASC', 'DESC']) {
      const seen: Run[] = []
      let pageToken: string | undefined
      do {
        const { body } = await list({
          experiment: 'paged',
          orderBy: `metrics.score ${direction}`,
          pageSize: '2',
          ...(pageToken === undefined ? {} : { pageToken }),
        })
        seen.push(...body.items)
        pageToken = body.nextPageToken
      } while (pageToken !== undefined)
      const shown = seen.map((run) => run.metrics[0]?.value)
      const numbers = ['-Infinity', 1, 2, 3, 3, 'Infinity']
      expect(shown).toEqual([...(direction === 'ASC' ? numbers : numbers.toReversed()), 'NaN', undefined, undefined])
      expect(new Set(seen.map((run) => run.id))).toEqual(new Set(ids))
    }
  })

  it('pages through an order by texts that are longer than an address may be', async () => {
    const names: string[] = []
    for (const letter of ['c', 'a', 'b', 'a']) {
      const run = await startRun('long texts')
      names.push(letter)
      await log(run, { parameters: { text: letter.repeat(6000) } })
    }
    const seen: string[] = []
    let pageToken: string | undefined
    do {
      const { status, body } = await list({
        experiment: 'long texts',
        orderBy: 'params.text',
        pageSize: '1',
        ...(pageToken === undefined ? {} : { pageToken }),
      })
      expect(status).toBe(200)
      seen.push(...body.items.map((run) => run.parameters['text']?.charAt(0) ?? ''))
      pageToken = body.nextPageToken
    } while (pageToken !== undefined)
    expect(seen).toEqual(names.toSorted())
  })

  it('tells the pages of new points a few times a second, however many come', async () => {
    const run = await startRun('live')
    const told: string[] = []
    const stop = server.server.platform.events.listen((event) => {
      if (event.name === 'run.metrics_logged' && event.subject === run.id) told.push(JSON.stringify(event.data))
    })
    for (let step = 0; step < 100; step++)
      await log(run, { metrics: [{ name: step % 2 === 0 ? 'a' : 'b', value: step, step }] })
    await expect.poll(() => told.length, { timeout: 10_000 }).toBeGreaterThan(0)
    stop()
    expect(told.length).toBeLessThan(50)
    expect(told.join()).toContain('"a"')
  })

  it('filters by metric, parameter, tag, attribute and absence', async () => {
    const good = await startRun('filtered', { name: 'Good', tags: { team: 'Red' } })
    const bad = await startRun('filtered', { name: 'bad' })
    await log(good, { metrics: [{ name: 'acc', value: 0.9 }], parameters: { kind: 'tree' } })
    await log(bad, { metrics: [{ name: 'acc', value: 'NaN' }], parameters: { kind: 'linear' } })
    const found = async (filter: string): Promise<string[]> =>
      (await list({ experiment: 'filtered', filter })).body.items.map((run) => run.name).toSorted()
    expect(await found('metrics.acc > 0.5')).toEqual(['Good'])
    expect(await found('metrics.acc != 0.9')).toEqual(['bad'])
    expect(await found("params.kind LIKE 't%'")).toEqual(['Good'])
    expect(await found("params.kind LIKE 'T%'")).toEqual([])
    expect(await found("params.kind ILIKE 'T%'")).toEqual(['Good'])
    expect(await found("tags.team != 'Blue'")).toEqual(['Good'])
    expect(await found('tags.team IS NULL')).toEqual(['bad'])
    expect(await found("attributes.run_name IN ('Good', 'bad') and status = 'RUNNING'")).toEqual(['Good', 'bad'])
    const refused = await list({ filter: 'metrics.acc >' })
    expect(refused).toMatchObject({ status: 400, body: { code: 'filter_invalid', errors: [{ line: 1, column: 14 }] } })
    expect((await list({ pageToken: 'nonsense' })).body).toMatchObject({ code: 'cursor_invalid' })
  })

  it('draws a long series in buckets that keep its extremes, and packs it without changing it', async () => {
    const run = await startRun('long')
    for (let start = 0; start < 30_000; start += 10_000)
      await log(run, {
        metrics: Array.from({ length: 10_000 }, (_, index) => ({
          name: 'wave',
          value: start + index === 17_777 ? 99 : Math.sin((start + index) / 500),
          step: start + index,
          timestampMs: 1_700_000_000_000 + start + index,
        })),
      })
    // The last batch again, as a client does that did not hear the answer.
    await log(run, {
      metrics: [{ name: 'wave', value: Math.sin(29_999 / 500), step: 29_999, timestampMs: 1_700_000_029_999 }],
    })
    const { body } = await server.call<MetricSeries[]>('GET', `${base}/runs/${run.id}/metrics?name=wave&buckets=100`)
    expect(body[0]).toMatchObject({ total: 30_000, sampled: true })
    expect(body[0]?.points.length).toBeLessThanOrEqual(202)
    expect(body[0]?.points).toContainEqual(expect.objectContaining({ step: 17_777, value: 99 }))
    const part = await server.call<MetricSeries[]>(
      'GET',
      `${base}/runs/${run.id}/metrics?name=wave&minStep=17770&maxStep=17779`,
    )
    expect(part.body[0]?.points.map((point) => point.step)).toEqual(
      Array.from({ length: 10 }, (_, index) => 17_770 + index),
    )
  })

  it('keeps artifacts by name, serves ranges, and refuses names that are not plain', async () => {
    const run = await startRun('files')
    const put = (path: string, body: string) =>
      server.call('PUT', `${base}/runs/${run.id}/artifacts/content?${new URLSearchParams({ path }).toString()}`, {
        body,
      })
    expect((await put('a/b c.txt', '0123456789')).status).toBe(201)
    for (const path of ['../x', '/x', 'a//b', 'a/./b', 'a\\b', 'a/b c.txt/inside', 'a'])
      expect(await put(path, 'x'), path).toMatchObject({ status: 400, body: { code: 'name_invalid' } })
    const listed = await server.call<List<object>>('GET', `${base}/runs/${run.id}/artifacts?path=a`)
    expect(listed.body.items).toMatchObject([{ path: 'a/b c.txt', isFolder: false, sizeBytes: 10 }])
    const content = `${base}/runs/${run.id}/artifacts/content?path=a/b%20c.txt`
    expect((await server.call('GET', content, { headers: { range: 'bytes=2-4' } })).body).toBe('234')
    expect((await server.call('GET', content)).headers.get('content-disposition')).toMatch(/^attachment/)
    expect(await server.call('GET', `${base}/runs/${run.id}/artifacts/content?path=none`)).toMatchObject({
      status: 404,
    })
  })

  it('lets the token of a job write to its own run and below it, and nowhere else', async () => {
    const own = await startRun('tokens')
    const other = await startRun('tokens')
    const { principals } = server.server.rooms
    const token = await server.server.platform.store.write((tx) =>
      principals.issueRunToken(tx, { workspace: 'default', runId: own.id, actor: 'somebody' }),
    )
    const as = async (method: string, path: string, body: object) => await server.call(method, path, { body, token })
    const metric = { metrics: [{ name: 'm', value: 1 }] }
    expect((await as('POST', `${base}/runs/${own.id}/log`, metric)).status).toBe(204)
    expect((await as('POST', `${base}/runs/${other.id}/log`, metric)).status).toBe(403)
    const child = await as('POST', `${base}/runs`, { experiment: 'tokens' })
    expect(child.body).toMatchObject({ parentRunId: own.id })
    expect((await as('POST', `${base}/runs/${String(child.body['id'])}/log`, metric)).status).toBe(204)
    expect((await as('POST', `${base}/runs`, { experiment: 'tokens', parentRunId: other.id })).status).toBe(403)
    expect((await as('POST', `${base}/runs/${own.id}/log`, { tags: { 'mlflow.parentRunId': other.id } })).status).toBe(
      403,
    )
    expect((await server.call<Run>('GET', `${base}/runs/${other.id}`)).body.metrics).toEqual([])
  })
})
