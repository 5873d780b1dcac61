import type { Monitor, MonitorWindow } from '@modelyard/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type Row,
  addLabels,
  chance,
  dayMs,
  dayOf,
  deploy,
  features,
  fired,
  labelsOf,
  monitorText,
  normal,
  predict,
  rowOf,
  run,
  send,
  server,
  start,
  startWatching,
  watch,
  ws,
} from './watched-endpoints.ts'

beforeAll(startWatching, 60_000)
afterAll(() => server.stop())

describe('a monitor', () => {
  test('keeps quiet on quiet days, names the feature that drifts and since when, and is one alert until a quiet day', async () => {
    const endpoint = await deploy('drift')
    await watch(
      'drift-watch',
      'drift',
      monitorText('drift-watch', 'drift', 'alert: { trigger: retrain, emails: [a@example.com] }\n'),
    )
    await predict(endpoint, [0, 1, 2, 3], undefined, 1)
    const quiet = await run('drift-watch')
    expect(quiet.windows.map((window) => [dayOf(window), window.rows])).toEqual([0, 1, 2, 3].map((day) => [day, 200]))
    expect(quiet.windows.flatMap(fired)).toEqual([])
    expect(quiet.alerts).toEqual([])
    expect(quiet.reference).toMatchObject({ kind: 'data', name: 'rides-train', version: '1', rows: 3000, timed: true })

    const shift = (row: Row): void => void (row['f3'] = Number(row['f3']) + 1.5)
    await predict(endpoint, [4, 5], shift, 2)
    const drifted = await run('drift-watch', '?distributions=true')
    expect(drifted.windows.map((window) => fired(window).includes('inputs/f3'))).toEqual([
      false,
      false,
      false,
      false,
      true,
      true,
    ])
    const alert = drifted.alerts.find((each) => each.signal === 'inputs')
    expect(alert).toMatchObject({
      status: 'firing',
      since: new Date(start + 4 * dayMs).toISOString(),
      features: ['f3'],
      windows: 2,
      trigger: 'retrain',
      summary: expect.stringContaining('drifted since 2026-01-09, in 2 windows: f3 (KS distance') as string,
    })
    expect(
      drifted.windows
        .at(-1)
        ?.distributions?.find((each) => each.feature === 'f3')
        ?.current.reduce((a, b) => a + b),
    ).toBe(200)

    await predict(endpoint, [6], shift, 3)
    const still = (await run('drift-watch')).alerts.filter((each) => each.signal === 'inputs')
    expect(still).toMatchObject([{ id: alert?.id, status: 'firing', since: alert?.since, windows: 3 }])
    await predict(endpoint, [7], undefined, 4)
    const over = (await run('drift-watch')).alerts.find((each) => each.signal === 'inputs')
    expect(over).toMatchObject({ id: alert?.id, status: 'resolved', since: alert?.since })
    const { body: activity } = await server.call<{ items: { action: string; subject: string }[] }>(
      'GET',
      `${ws}/activity?subject=${alert?.id}`,
    )
    expect(activity.items.map((entry) => entry.action)).toEqual(['alert.resolved', 'alert.firing'])
  }, 60_000)

  test('computes nothing again when nothing changed, and a window again when late rows come for it', async () => {
    const endpoint = await deploy('late')
    await watch('late-watch', 'late')
    await predict(endpoint, [0, 1, 2], undefined, 5)
    const first = await run('late-watch')
    const again = await run('late-watch')
    expect(again.windows.map((window) => window.computedAt)).toEqual(first.windows.map((window) => window.computedAt))
    await send(endpoint, start + dayMs + 5000, 'late-1', [rowOf(chance(3))])
    const later = await run('late-watch')
    expect(later.windows.map((window) => window.rows)).toEqual([200, 201, 200])
    expect(later.windows.map((window, index) => window.computedAt === first.windows[index]?.computedAt)).toEqual([
      true,
      false,
      true,
    ])
    // Calls at the same time share the work, and each sees what was answered before it.
    await send(endpoint, start + 2 * dayMs + 5000, 'late-2', [rowOf(chance(4))])
    const both = await Promise.all([run('late-watch'), run('late-watch'), run('late-watch')])
    expect(both.map((monitor) => monitor.windows.at(-1)?.rows)).toEqual([201, 201, 201])
  }, 60_000)

  test('measures accuracy by labels that come late, twice, out of order, before their predictions and against each other', async () => {
    const endpoint = await deploy('labels')
    await watch('labels-watch', 'labels')
    const random = chance(11)
    const noise = Array.from({ length: 5000 }, () => normal(random))
    const usual = (index: number): number => noise[index] ?? 0
    const early = Array.from({ length: 20 }, (_unused, index) => ({
      request_id: 's6-d1-0',
      row_index: index,
      rides: 0,
    }))
    expect((await addLabels('labels', early)).body).toMatchObject({ received: 20, added: 20, matched: 0 })
    const days = await Promise.all([0, 1, 2].map((day) => predict(endpoint, [day], undefined, 6)))
    const before = await run('labels-watch')
    expect(before.windows.map((window) => window.labels)).toEqual([0, 20, 0])
    expect(before.windows[0]?.results.find((result) => result.statistic === 'mae')).toMatchObject({
      value: null,
      fired: false,
      reason: expect.stringContaining('insufficient_data') as string,
    })

    const [first, second, third] = days
    if (first === undefined || second === undefined || third === undefined) throw new Error('three days')
    await addLabels('labels', labelsOf(second, usual).toReversed())
    const rows = labelsOf(first, usual)
    await addLabels('labels', rows)
    expect((await addLabels('labels', rows)).body).toMatchObject({
      received: 200,
      added: 0,
      unchanged: 200,
      matched: 200,
    })
    await addLabels(
      'labels',
      labelsOf(third, () => 10),
    )
    const measured = await run('labels-watch')
    expect(measured.windows.map((window) => window.labels)).toEqual([200, 200, 200])
    const metric = (monitor: Monitor, index: number) =>
      monitor.windows[index]?.results.find((result) => result.statistic === 'mae')
    expect(metric(measured, 1)?.value).toBeCloseTo(0.8, 0)
    expect(metric(measured, 2)).toMatchObject({ value: expect.closeTo(10) as number, fired: true })
    const alert = measured.alerts.find((each) => each.signal === 'accuracy')
    expect(alert).toMatchObject({
      status: 'firing',
      since: new Date(start + 2 * dayMs).toISOString(),
      cost: { metric: 'mae', value: expect.closeTo(10) as number },
    })
    expect(measured.baseline['mae']).toMatchObject({ source: expect.stringContaining('first window') as string })
    expect(measured.windows[2]?.performance).toMatchObject([
      { deployment: 'blue', serving: true, rows: 200, labels: 200 },
    ])

    // The newest of contradictory labels counts: the alarm was a mistake of whoever sent them.
    expect((await addLabels('labels', labelsOf(third, usual))).body).toMatchObject({ replaced: 200 })
    const corrected = await run('labels-watch')
    expect(metric(corrected, 2)).toMatchObject({ fired: false, value: expect.closeTo(0.8, 0) as number })
    expect(corrected.alerts.find((each) => each.signal === 'accuracy')).toMatchObject({
      id: alert?.id,
      status: 'resolved',
    })
    expect((await addLabels('labels', [{ rides: 3 }])).body.code).toBe('labels_invalid')
  }, 60_000)

  test('has words for a column that disappears, rows of nothing, categories never seen, infinities, and clocks that are wrong', async () => {
    const endpoint = await deploy('odd')
    await watch('odd-watch', 'odd')
    await predict(
      endpoint,
      [0, 1, 2, 3, 4],
      (row, day) => {
        if (day === 1) delete row['f1']
        if (day === 2) for (const name of features) row[name] = null
        if (day === 3) row['kind'] = 'hovercraft'
        if (day === 4) row['f2'] = '__infinity__'
      },
      9,
    )
    const random = chance(12)
    const rows = Array.from({ length: 40 }, () => rowOf(random))
    await send(endpoint, Date.UTC(2199, 0), 'ahead', rows)
    await send(endpoint, Date.UTC(1971, 0), 'behind', rows)
    const { windows } = await run('odd-watch')
    const at = (day: number): MonitorWindow | undefined => windows.find((window) => dayOf(window) === day)
    expect(windows.map((window) => window.start.slice(0, 4))).toEqual([
      '1971',
      '2026',
      '2026',
      '2026',
      '2026',
      '2026',
      '2199',
    ])
    expect(fired(at(0))).toEqual([])
    expect(fired(at(1))).toEqual(['quality/f1'])
    expect(fired(at(2))).toEqual(expect.arrayContaining(features.map((name) => `quality/${name}`)))
    expect(fired(at(3))).toEqual(expect.arrayContaining(['inputs/kind', 'quality/kind']))
    expect(fired(at(4))).toContain('inputs/f2')
    expect(windows.at(-1)?.complete).toBe(false)
    expect(windows[0]?.complete).toBe(true)
  }, 60_000)

  test('of N rows goes on where it stopped', async () => {
    const endpoint = await deploy('counted')
    await watch(
      'counted-watch',
      'counted',
      monitorText('counted-watch', 'counted').replace('{ size: 1d }', '{ rows: 150 }'),
    )
    await predict(endpoint, [0, 1], undefined, 13)
    const first = await run('counted-watch')
    expect(first.windows.map((window) => [window.rows, window.complete])).toEqual([
      [150, true],
      [150, true],
      [100, false],
    ])
    await predict(endpoint, [2], undefined, 14)
    const second = await run('counted-watch')
    expect(second.windows.map((window) => window.rows)).toEqual([150, 150, 150, 150])
    expect(second.windows[0]?.computedAt).toBe(first.windows[0]?.computedAt)
  }, 60_000)
})
