import type { Endpoint, Job, Loop, Trigger } from '@modelyard/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  championOf,
  createTrigger,
  endOf,
  eventsOf,
  loopsOf,
  must,
  serveFirst,
  tellAlert,
  tellQuality,
  until,
} from './loop-story.ts'
import { startServer, type TestServer } from './start-server.ts'

const ws = '/api/v1/workspaces/default'
let server: TestServer
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server.stop())

const file = (name: string, error: number, more = ''): string => `name: ${name}
pipeline: ${name}
set: { error: ${error} }
cool_down: 0s
min_new_labels: 0
rollout: { endpoint: ${name}, steps: [50, 100], bake: 0s, min_requests: 0 }
${more}`
const stagesOf = (loop: Loop): string => loop.stages.map((stage) => `${stage.name} ${stage.status}`).join(', ')

describe('the file of a trigger', () => {
  test('is read strictly: every wrong place at once, with its line', async () => {
    const { status, body } = await createTrigger(
      server,
      'name: t\npipeline: p\ncool_down: soon\nbudjet: { per_day: 1 }\nrollout: { endpoint: e, steps: [50, 10] }\n',
    )
    expect([status, body['code']]).toEqual([400, 'document_invalid'])
    expect(body['detail']).toMatch(/trigger.yml:3:1 cool_down: .*`24h`/)
    expect(body['detail']).toMatch(/trigger.yml:4:1 budjet: .*did you mean `budget`/)
    expect(body['detail']).toMatch(/trigger.yml:5:\d+ rollout.steps: each step must be greater/)
  })

  test('must name a pipeline that is published', async () => {
    expect((await createTrigger(server, 'name: t\npipeline: nobody\n')).body['code']).toBe('pipeline_not_found')
  })

  test('sets only what the pipeline has: a loop at night is no place to find a slip', async () => {
    await serveFirst(server, 'slips')
    const slip = await createTrigger(server, 'name: slips\npipeline: slips\nset: { eror: 1 }\n')
    expect([slip.status, slip.body['code']]).toEqual([400, 'document_invalid'])
    expect(slip.body['detail']).toMatch(/trigger.yml:3:8 set.eror: .*did you mean `error`/)
    const word = await createTrigger(server, 'name: slips\npipeline: slips\nset: { error: low }\n')
    expect(word.body['detail']).toMatch(/set.error: `low` is not a number/)
  })
})

describe('a loop', () => {
  test('goes from an alert to the champion: trained, judged, deployed, rolled out, and tells its story', async () => {
    await serveFirst(server, 'good')
    expect((await createTrigger(server, file('good', 0.5))).status).toBe(201)
    expect((await createTrigger(server, file('good', 0.5))).body['code']).toBe('already_exists')

    await tellAlert(server, 'alert.firing', { alertId: 'alr_good', monitor: 'good', trigger: 'good' })
    // Another alert of the same monitor is answered by the same loop.
    await tellAlert(server, 'alert.firing', {
      alertId: 'alr_good2',
      monitor: 'good',
      trigger: 'good',
      signal: 'accuracy',
    })
    const loop = await endOf(server, 'good')
    expect([loop.status, loop.reason, stagesOf(loop)]).toEqual([
      'promoted',
      'good version 2 has all traffic and is the champion',
      'alert succeeded, retrain succeeded, gate succeeded, deploy succeeded, rollout succeeded, promote succeeded',
    ])
    expect(loop).toMatchObject({
      alertId: 'alr_good',
      monitor: 'good',
      endpoint: 'good',
      version: '2',
      deployment: 'v2',
    })
    expect(loop.stages.find((stage) => stage.name === 'gate')?.evidence).toMatchObject({
      decision: 'passed',
      rows: 200,
    })
    expect(loop.stages.find((stage) => stage.name === 'alert')?.evidence).toMatchObject({ features: ['price', 'day'] })
    expect(loop.stages.every((stage) => stage.startedAt !== null && stage.endedAt !== null)).toBe(true)
    expect(await championOf(server, 'good')).toBe('2')
    expect((await must<Endpoint>(server, 'GET', `${ws}/endpoints/good`)).traffic).toMatchObject({ v2: 100 })
    const job = await must<Job>(server, 'GET', `${ws}/jobs/${loop.jobId ?? ''}`)
    expect(job.tags).toMatchObject({
      'modelyard.loop': loop.id,
      'modelyard.alert': 'alr_good',
      'modelyard.influence': 'unknown',
    })
    expect((await loopsOf(server, 'good')).length).toBe(1)
    // The one before stays, so that somebody can go back.
    const { items } = await must<{ items: { name: string }[] }>(server, 'GET', `${ws}/endpoints/good/deployments`)
    expect(items.map((deployment) => deployment.name).toSorted()).toEqual(['blue', 'v2'])
  })

  test('keeps the deployment before the newest one, and puts away what earlier loops made', async () => {
    await serveFirst(server, 'often')
    await createTrigger(server, file('often', 0.5))
    for (const version of ['2', '3', '4']) {
      const fired = await must<Loop>(server, 'POST', `${ws}/triggers/often/fire`, {})
      const loop = await until(
        () => must<Loop>(server, 'GET', `${ws}/loops/${fired.id}`),
        ({ endedAt }) => endedAt !== null,
      )
      expect([loop.status, loop.version, loop.reason]).toEqual(['promoted', version, expect.any(String)])
    }
    const { items } = await until(
      () => must<{ items: { name: string }[] }>(server, 'GET', `${ws}/endpoints/often/deployments`),
      (page) => page.items.length === 3,
    )
    // What a person made is never put away.
    expect(items.map((deployment) => deployment.name).toSorted()).toEqual(['blue', 'v3', 'v4'])
  })

  test('ends where the gate refuses: nothing is registered or deployed, and the story says why', async () => {
    await serveFirst(server, 'worse')
    await createTrigger(server, file('worse', 1.5))
    await tellAlert(server, 'alert.firing', { alertId: 'alr_worse', monitor: 'worse', trigger: 'worse' })
    const loop = await endOf(server, 'worse')
    expect([loop.status, stagesOf(loop)]).toEqual([
      'refused',
      'alert succeeded, retrain succeeded, gate refused, deploy skipped, rollout skipped, promote skipped',
    ])
    expect(loop.reason).toMatch(/not shown to be better: mae 1\.5.* against 1\.0.* of version 1 on 200 rows/)
    expect([loop.version, loop.deployment, await championOf(server, 'worse')]).toEqual([null, null, '1'])
  })

  test('ends where the deployment cannot start, and leaves no deployment behind', async () => {
    await serveFirst(server, 'broken')
    await createTrigger(server, file('broken', 0.25))
    await tellAlert(server, 'alert.firing', { alertId: 'alr_broken', monitor: 'broken', trigger: 'broken' })
    const loop = await endOf(server, 'broken')
    expect([loop.status, stagesOf(loop)]).toEqual([
      'failed',
      'alert succeeded, retrain succeeded, gate succeeded, deploy failed, rollout skipped, promote skipped',
    ])
    expect(loop.reason).toContain('this version cannot be loaded')
    await until(
      () => must<{ items: { name: string }[] }>(server, 'GET', `${ws}/endpoints/broken/deployments`),
      ({ items }) => items.every((deployment) => deployment.name === 'blue'),
    )
    expect(await championOf(server, 'broken')).toBe('1')
  })

  test('waits for a person where the policy says so, and a canceled one gives the traffic back', async () => {
    await serveFirst(server, 'asks')
    const manual = file('asks', 0.5).replace('min_requests: 0 }', 'min_requests: 0, approval: manual }')
    await createTrigger(server, manual)
    const fired = await must<Loop>(server, 'POST', `${ws}/triggers/asks/fire`, { reason: 'spring is here' })
    expect(fired.stages[0]).toMatchObject({ detail: 'spring is here', status: 'succeeded' })
    const waiting = await until(
      () => must<Loop>(server, 'GET', `${ws}/loops/${fired.id}`),
      (loop) => loop.status === 'waiting' || loop.endedAt !== null,
    )
    expect([waiting.status, waiting.stages.find((stage) => stage.name === 'rollout')]).toMatchObject([
      'waiting',
      {
        status: 'paused',
        title: 'Waits for somebody to approve 100 %, after 50 % of the traffic (step 1 of 2)',
      },
    ])
    const canceled = await must<Loop>(server, 'POST', `${ws}/loops/${fired.id}/cancel`, { note: 'not today' })
    expect([canceled.status, canceled.reason]).toEqual(['canceled', expect.stringContaining('not today')])
    const endpoint = await until(
      () => must<Endpoint>(server, 'GET', `${ws}/endpoints/asks`),
      ({ traffic }) => traffic['blue'] === 100 && !('v2' in traffic),
    )
    expect(endpoint.traffic).toEqual({ blue: 100 })
    expect((await server.call('POST', `${ws}/loops/${fired.id}/cancel`, { body: {} })).body['code']).toBe('conflict')
  })
})

test('a rollout that a person rolls back ends the loop; the same version may be tried again and be approved', async () => {
  await serveFirst(server, 'twice')
  await createTrigger(server, file('twice', 0.5).replace('min_requests: 0 }', 'min_requests: 0, approval: manual }'))
  const begin = async (): Promise<Loop> => {
    const { id } = await must<Loop>(server, 'POST', `${ws}/triggers/twice/fire`, {})
    return until(
      () => must<Loop>(server, 'GET', `${ws}/loops/${id}`),
      (loop) => loop.status === 'waiting' || loop.endedAt !== null,
    )
  }
  const decide = (loop: Loop, decision: string) =>
    must(server, 'POST', `${ws}/endpoints/twice/rollouts/${loop.rolloutId ?? ''}/${decision}`, { note: 'says ana' })
  const first = await begin()
  await decide(first, 'rollback')
  const rolledBack = await endOf(server, 'twice')
  expect([rolledBack.status, stagesOf(rolledBack)]).toEqual([
    'rolledBack',
    'alert succeeded, retrain succeeded, gate succeeded, deploy succeeded, rollout failed, promote skipped',
  ])
  expect(await championOf(server, 'twice')).toBe('1')
  await until(
    () => must<Endpoint>(server, 'GET', `${ws}/endpoints/twice`),
    ({ traffic }) => !('v2' in traffic),
  )
  const second = await begin()
  expect([second.status, second.version, second.deployment]).toEqual(['waiting', '2', 'v2'])
  await decide(second, 'promote')
  expect(await endOf(server, 'twice')).toMatchObject({ id: second.id, status: 'promoted' })
  expect(await championOf(server, 'twice')).toBe('2')
})

describe('a guard rail', () => {
  const skipOf = async (name: string): Promise<string> =>
    (await must<Trigger>(server, 'GET', `${ws}/triggers/${name}`)).lastSkip?.reason ?? ''
  const skipsOf = async (name: string) =>
    (await eventsOf(server, 'trigger.skipped')).filter((event) => event.subject === name).map((event) => event.data)

  test('holds a trigger back with its reason when too few labels came since the last training', async () => {
    await serveFirst(server, 'rails')
    await createTrigger(server, file('rails', 1.5).replace('min_new_labels: 0', 'min_new_labels: 100'))
    expect((await server.call('POST', `${ws}/triggers/rails/fire`, { body: {} })).body).toMatchObject({
      code: 'trigger_skipped',
      detail: expect.stringContaining('There are 0 new labelled rows') as string,
    })
    expect(await skipOf('rails')).toContain('There are 0 new labelled rows')
    await tellAlert(server, 'alert.firing', { alertId: 'alr_rails', monitor: 'rails', trigger: 'rails' })
    await until(
      () => skipsOf('rails'),
      (skips) => skips.length === 2,
    )
    expect((await skipsOf('rails')).map((skip) => [skip['rule'], skip['alertId']])).toEqual([
      ['labels', 'alr_rails'],
      ['labels', null],
    ])
    expect(await loopsOf(server, 'rails')).toEqual([])
    // The alert waits for the labels, not the other way round.
    const rows = Array.from({ length: 120 }, (_, row) => `r${row},${row}`)
    const labels = ['request_id,label', ...rows].join('\n')
    const added = await server.call('POST', `${ws}/endpoints/rails/labels?format=csv`, { body: `${labels}\n` })
    expect(added.body).toMatchObject({ added: 120 })
    expect(await endOf(server, 'rails')).toMatchObject({ alertId: 'alr_rails', status: 'refused' })
    expect((await server.call('POST', `${ws}/triggers/rails/fire`, { body: {} })).body['detail']).toContain(
      'There are 0 new labelled rows since the last training',
    )
  })

  test('says once what holds an alert back, and lets it start when it no longer does', async () => {
    await serveFirst(server, 'off')
    await createTrigger(server, file('off', 1.5))
    await must(server, 'PATCH', `${ws}/pipelines/off`, { enabled: false })
    await tellAlert(server, 'alert.firing', { alertId: 'alr_off', monitor: 'off', trigger: 'off' })
    await until(
      () => skipsOf('off'),
      (skips) => skips.length > 0,
    )
    expect(await skipsOf('off')).toMatchObject([{ rule: 'pipeline_disabled', alertId: 'alr_off' }])
    expect((await server.call('POST', `${ws}/triggers/off/fire`, { body: {} })).body['code']).toBe('pipeline_disabled')
    await must(server, 'PATCH', `${ws}/pipelines/off`, { enabled: true })
    expect((await endOf(server, 'off')).alertId).toBe('alr_off')
  })

  test('rests a trigger after a loop; an alert that still fires then is looked at again when the rest is over', async () => {
    await serveFirst(server, 'rests')
    await createTrigger(server, file('rests', 1.5).replace('cool_down: 0s', 'cool_down: 3s'))
    await tellAlert(server, 'alert.firing', { alertId: 'alr_rests', monitor: 'rests', trigger: 'rests' })
    await endOf(server, 'rests')
    expect((await server.call('POST', `${ws}/triggers/rests/fire`, { body: {} })).body).toMatchObject({
      code: 'trigger_skipped',
      detail: expect.stringContaining('rests for 3s') as string,
    })
    const [again] = await until(
      () => loopsOf(server, 'rests'),
      (loops) => loops.length === 2,
    )
    expect(again?.alertId).toBe('alr_rests')
  })

  test('keeps a model from being trained on broken data until that alert is resolved', async () => {
    await serveFirst(server, 'dirty')
    await createTrigger(server, file('dirty', 1.5))
    const nulls = { id: 'alr_null', monitor: 'dirty', statistic: 'null_rate', summary: 'nulls in price' }
    await tellQuality(server, 'firing', nulls)
    await tellAlert(server, 'alert.firing', { alertId: 'alr_dirty', monitor: 'dirty', trigger: 'dirty' })
    await until(
      () => skipOf('dirty'),
      (reason) => reason.includes('nulls in price'),
    )
    expect(await loopsOf(server, 'dirty')).toEqual([])
    await tellQuality(server, 'resolved', nulls)
    expect((await endOf(server, 'dirty')).alertId).toBe('alr_dirty')
  })

  test('does not take a world that has changed for broken data: values out of range are what the next model learns', async () => {
    await serveFirst(server, 'changed')
    const range = { id: 'alr_range', monitor: 'changed', statistic: 'out_of_range_rate', summary: 'price out of range' }
    await tellQuality(server, 'firing', range)
    await createTrigger(server, file('changed', 1.5))
    await tellAlert(server, 'alert.firing', { alertId: 'alr_changed', monitor: 'changed', trigger: 'changed' })
    expect(await endOf(server, 'changed')).toMatchObject({ alertId: 'alr_changed', status: 'refused' })
    expect(await skipsOf('changed')).toEqual([])
  })
})
