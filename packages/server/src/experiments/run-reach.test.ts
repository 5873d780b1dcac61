import { afterAll, beforeAll, expect, test } from 'vitest'
import { run } from '../../tests/client.ts'
import { startServer, type TestServer } from '../../tests/start-server.ts'

let server: TestServer
const api = '/api/v1/workspaces/default/runs'
let job: string
let own: string
let sibling: string
let token: string
beforeAll(async () => {
  server = await startServer()
  const done = await run(
    server,
    'type: pipeline\njobs:\n  a: { type: command, command: "echo a" }\n  b: { type: command, command: "echo b" }\n',
  )
  job = done.id
  own = done.steps[0]?.runId ?? ''
  sibling = done.steps[1]?.runId ?? ''
  const { rooms, platform } = server.server
  token = await platform.store.write((tx) =>
    rooms.principals.issueRunToken(tx, { workspace: 'default', runId: own, actor: 'somebody' }),
  )
})
afterAll(() => server.stop())

const asStep = async (method: string, path: string, body?: unknown) =>
  (await server.call(method, path, { token, body })).status
const log = (run_: string, tags: Record<string, string>) => asStep('POST', `${api}/${run_}/log`, { tags })

test('a step’s token logs to its own run and to its job’s, and to nobody else’s', async () => {
  expect([await log(own, { a: '1' }), await log(job, { a: '1' }), await log(sibling, { a: '1' })]).toEqual([
    204, 204, 403,
  ])
})

test('its job’s state, place and existence are not the step’s, and no move of it lets the step reach its siblings', async () => {
  expect(await log(job, { 'mlflow.parentRunId': own })).toBe(403)
  expect(await log(own, { 'mlflow.parentRunId': sibling })).toBe(403)
  expect(await log(sibling, { a: '1' })).toBe(403)
  const mlflow = '/w/default/api/2.0/mlflow/runs'
  expect(await asStep('POST', `${mlflow}/update`, { run_id: job, status: 'FAILED' })).toBe(403)
  expect(await asStep('POST', `${mlflow}/delete`, { run_id: job })).toBe(403)
  expect(await asStep('DELETE', `${api}/${job}`)).toBe(403)
  expect(await asStep('POST', `${api}/${job}/end`, { status: 'failed' })).toBe(403)
  const { body } = await server.call('GET', `${api}/${job}`)
  expect(body).toMatchObject({ status: 'finished', parentRunId: null })
})
