import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { JobSummary, Schedule } from '@modelyard/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { upload } from './client.ts'
import { startServer, type TestServer } from './start-server.ts'

let server: TestServer
const home = mkdtempSync(join(tmpdir(), 'modelyard-schedules-'))
const at = '/api/v1/workspaces/default'
const hourMs = 3_600_000

beforeAll(async () => {
  server = await startServer({ home, keepHome: true })
  const text =
    'type: pipeline\ninputs: { depth: 3 }\njobs:\n  only: { type: command, command: "true", inputs: { depth: "${{parent.inputs.depth}}" } }\n'
  const { status } = await server.call('POST', `${at}/pipelines`, {
    body: { name: 'nightly', submission: { source: { name: 'p.yml', text } } },
  })
  expect(status).toBe(201)
})
afterAll(async () => {
  await server.stop()
  rmSync(home, { recursive: true, force: true })
})

type Refusal = { code: string; errors: { path: string; message: string; suggestion?: string }[] }
const create = (name: string, trigger: string, more = 'create_job: azureml:nightly', replace = false) =>
  server.call<Schedule & Refusal>('POST', `${at}/schedules`, {
    body: { source: { name: 'schedule.yml', text: `name: ${name}\ntrigger: ${trigger}\n${more}\n` }, replace },
  })
const get = async (name: string): Promise<Schedule> =>
  (await server.call<Schedule>('GET', `${at}/schedules/${name}`)).body
const setEnabled = (name: string, enabled: boolean) =>
  server.call<Schedule>('PATCH', `${at}/schedules/${name}`, { body: { enabled } })
const jobsOf = async (name: string): Promise<JobSummary[]> =>
  (await server.call<{ items: JobSummary[] }>('GET', `${at}/jobs?pipeline=nightly&pageSize=1000`)).body.items.filter(
    (job) => job.tags['ScheduleId'] === name,
  )

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let look = 0; look < 400; look++) {
    if (await holds()) return
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  throw new Error('it did not happen')
}

/** Lets time pass for a schedule: what was to come lies in the past. */
function miss(name: string, byMs: number): void {
  const file = readdirSync(home).find((entry) => /\.(db|sqlite)$/.test(entry)) ?? ''
  const database = new DatabaseSync(join(home, file))
  database.exec('pragma busy_timeout = 5000')
  database.prepare('update schedule set next_at = next_at - ? where name = ?').run(byMs, name)
  database.close()
}

describe('a schedule', () => {
  test('without a start begins at once; its job says what started it, and the next five times are known', async () => {
    const created = await create(
      'hourly',
      '{ type: recurrence, frequency: hour, interval: 2 }',
      'tags: { team: night }\ncreate_job: { type: pipeline, job: azureml:nightly@latest, inputs: { depth: 7 }, experiment_name: by-clock }',
    )
    expect(created.status).toBe(201)
    await until(async () => (await jobsOf('hourly')).length === 1)
    const [job] = await jobsOf('hourly')
    expect(job).toMatchObject({
      experiment: 'by-clock',
      parameters: { depth: 7 },
      tags: { RunSource: 'Schedule', ScheduleId: 'hourly', team: 'night' },
    })
    const schedule = await get('hourly')
    expect(schedule).toMatchObject({ lastJobId: job?.id, lastError: null, enabled: true })
    const times = schedule.nextTimes.map((time) => Date.parse(time))
    expect(times).toHaveLength(5)
    expect(times.map((time, index) => time - (times[index - 1] ?? time - 2 * hourMs))).toEqual(
      Array(5).fill(2 * hourMs),
    )
  })

  test('makes up once for all that was missed while the server was away, and keeps its pace', async () => {
    const before = Date.parse((await get('hourly')).nextTimes[0] ?? '')
    await server.stop()
    miss('hourly', 24 * hourMs)
    server = await startServer({ home, keepHome: true })
    await until(async () => (await jobsOf('hourly')).length === 2)
    expect(Date.parse((await get('hourly')).nextTimes[0] ?? '')).toBe(before)
    await server.stop()
    server = await startServer({ home, keepHome: true })
    expect(await jobsOf('hourly')).toHaveLength(2)
  })

  test('that is disabled starts nothing, and enabled again does not make up for it', async () => {
    const created = await create('daily', '{ type: cron, expression: "30 4 * * *", time_zone: Europe/Berlin }')
    expect(created.body.nextTimes).toHaveLength(5)
    expect((await setEnabled('daily', false)).body).toMatchObject({ enabled: false, nextTimes: [] })
    const enabled = (await setEnabled('daily', true)).body
    expect(enabled.nextTimes).toEqual(created.body.nextTimes)
    expect(await jobsOf('daily')).toEqual([])
  })

  test('on a data asset starts with each new version, not with what was there', async () => {
    const register = async (text: string): Promise<void> => {
      const digest = await upload(server, 'default', { 'rows.csv': text })
      await server.call('POST', `${at}/data`, { body: { name: 'rows', type: 'uri_file', digest } })
    }
    await register('a\n')
    await create('on-rows', '{ type: data, data: azureml:rows@latest }')
    await register('b\n')
    await until(async () => (await jobsOf('on-rows')).length === 1)
    expect((await jobsOf('on-rows'))[0]?.tags).toMatchObject({ ScheduleData: 'rows:2' })
  })

  test('whose start is refused says why and waits for its next time', async () => {
    await create('refused', '{ type: recurrence, frequency: day, interval: 1, start_time: "2020-01-01T00:00:00" }')
    await server.call('PATCH', `${at}/pipelines/nightly`, { body: { enabled: false } })
    miss('refused', 48 * hourMs)
    await until(async () => (await get('refused')).lastError !== null)
    const schedule = await get('refused')
    expect(schedule.lastError).toContain('pipeline_disabled')
    expect(Date.parse(schedule.nextTimes[0] ?? '')).toBeGreaterThan(Date.parse(schedule.lastStartedAt ?? ''))
    expect(await jobsOf('refused')).toEqual([])
    await server.call('PATCH', `${at}/pipelines/nightly`, { body: { enabled: true } })
  })

  test.each([
    ['{ type: cron, expression: "0 0 30 2 *" }', '', 'trigger.expression'],
    ['{ type: recurrence, frequency: day, interval: 1, time_zone: Mars/Olympus }', '', 'trigger.time_zone'],
    ['{ type: recurrence, frequency: hour, schedule: { hours: 3 } }', '', 'trigger.schedule'],
    ['{ type: recurrence, frequency: day, start_time: soon }', '', 'trigger.start_time'],
    ['{ type: data, data: rows }', 'create_job: ./pipeline.yml', 'create_job'],
    ['{ type: data, data: rows }', 'create_job: { job: nightly, inputs: { deph: 1 } }', 'create_job.inputs.deph'],
  ])('as %s %s is refused with its place', async (trigger, job, path) => {
    const { status, body } = await create('wrong', trigger, job === '' ? undefined : job)
    expect([status, body.code, body.errors[0]?.path]).toEqual([400, 'document_invalid', path])
  })

  test('keeps its name to itself unless it is replaced, and is deleted without its jobs', async () => {
    expect((await create('daily', '{ type: data, data: rows }')).body.code).toBe('already_exists')
    expect((await create('daily', '{ type: data, data: rows }', undefined, true)).body.trigger.type).toBe('data')
    expect((await create('lost', '{ type: data, data: rows }', 'create_job: nobody')).body.code).toBe(
      'pipeline_not_found',
    )
    expect((await server.call('DELETE', `${at}/schedules/hourly`)).status).toBe(204)
    expect((await server.call<Refusal>('GET', `${at}/schedules/hourly`)).body.code).toBe('schedule_not_found')
    expect(await jobsOf('hourly')).toHaveLength(2)
  })
})

test('a workspace with an enabled schedule is not deleted', async () => {
  const other = '/api/v1/workspaces/short-lived'
  await server.call('POST', '/api/v1/workspaces', { body: { name: 'short-lived' } })
  const text = 'type: pipeline\njobs:\n  only: { type: command, command: "true" }\n'
  await server.call('POST', `${other}/pipelines`, {
    body: { name: 'p', submission: { source: { name: 'p.yml', text } } },
  })
  const schedule = 'name: s\ntrigger: { type: data, data: rows }\ncreate_job: p\n'
  await server.call('POST', `${other}/schedules`, { body: { source: { name: 's.yml', text: schedule } } })
  expect((await server.call('DELETE', other)).status).toBe(409)
  await server.call('PATCH', `${other}/schedules/s`, { body: { enabled: false } })
  expect((await server.call('DELETE', other)).status).toBe(204)
})
