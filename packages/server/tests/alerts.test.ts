import type { Alert } from '@modelyard/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type Row,
  dayMs,
  deploy,
  pause,
  predict,
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

describe('an alert', () => {
  test('is acknowledged and closed by people; closed by hand it opens anew only with a later window', async () => {
    const endpoint = await deploy('people')
    await watch('people-watch', 'people')
    const shift = (row: Row): void => void (row['f1'] = Number(row['f1']) + 3)
    await predict(endpoint, [0], shift, 15)
    const alert = (await run('people-watch')).alerts.find((each) => each.signal === 'inputs')
    const address = `${ws}/alerts/${alert?.id}`
    const post = (verb: string, note = '') =>
      server.call<Alert & { code: string }>('POST', `${address}/${verb}`, { body: { note } })
    expect((await post('acknowledge', 'on it')).body).toMatchObject({ status: 'acknowledged', note: 'on it' })
    expect((await post('acknowledge')).body.code).toBe('conflict')
    expect((await post('resolve')).body).toMatchObject({ status: 'resolved', note: 'on it' })
    expect((await post('resolve')).body.code).toBe('conflict')
    expect(
      (await run('people-watch')).alerts.filter((each) => each.signal === 'inputs' && each.status !== 'resolved'),
    ).toEqual([])
    await predict(endpoint, [1], shift, 16)
    const open = (await run('people-watch')).alerts.filter((each) => each.signal === 'inputs')
    expect(open).toMatchObject([{ status: 'firing', since: new Date(start + dayMs).toISOString() }, { id: alert?.id }])
    const { body: list } = await server.call<{ items: Alert[] }>('GET', `${ws}/alerts?status=firing&endpoint=people`)
    expect(list.items.map((each) => each.id)).toContain(open[0]?.id)
    expect((await server.call<{ code: string }>('GET', `${ws}/alerts/alrt_nothing`)).body.code).toBe('alert_not_found')
    const { body: overview } = await server.call<{
      counts: { alerts: number; monitors: number }
      needsAttention: { kind: string }[]
    }>('GET', `${ws}/overview`)
    expect(overview.counts.alerts).toBeGreaterThan(0)
    expect(overview.needsAttention.map((each) => each.kind)).toContain('alert_firing')
    expect((await server.call('DELETE', `${ws}/monitors/people-watch`)).status).toBe(204)
    expect((await server.call<{ code: string }>('GET', address)).body.code).toBe('alert_not_found')
  }, 60_000)
})

test('a service signal fires when its rule holds for as long as it says, and is over when the service is well again', async () => {
  const endpoint = await deploy('service')
  await watch(
    'service-watch',
    'service',
    'name: service-watch\nendpoint: service\nwindow: { size: 1d }\nschedule: off\nsignals:\n  errors: { type: service, rules: ["error_rate > 50 % for 10s"] }\n',
  )
  const alertOf = async (): Promise<Alert | undefined> => {
    const { body } = await server.call<{ items: Alert[] }>('GET', `${ws}/alerts?monitor=service-watch`)
    return body.items[0]
  }
  const waitFor = async (data: unknown, holds: (alert: Alert | undefined) => boolean): Promise<Alert | undefined> => {
    for (let look = 0; look < 90; look++) {
      await send(endpoint, Date.now(), `service-${look}-${JSON.stringify(data).length}`, data as unknown[])
      const alert = await alertOf()
      if (holds(alert)) return alert
      await pause(500)
    }
    throw new Error(`the alert did not come to what is waited for: ${JSON.stringify(await alertOf())}`)
  }
  const alert = await waitFor([1], (found) => found?.status === 'firing')
  expect(alert).toMatchObject({
    signal: 'errors',
    evidence: [{ statistic: 'error_rate', threshold: 0.5 }],
    summary: expect.stringContaining('error_rate') as string,
  })
  expect(await waitFor([{ f0: 1 }], (found) => found?.status === 'resolved')).toMatchObject({ id: alert?.id })
}, 120_000)
