import type { Endpoint } from '@modelyard/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sendAllThenRead } from './slow-sender.ts'
import { startServer, type TestServer } from './start-server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server.stop())

const large = 65 * 2 ** 20

describe('a refusal reaches a client that sends its whole body before it reads', () => {
  test('from the API, whatever refuses it', async () => {
    const url = `${server.url}/api/v1/workspaces`
    const json = { 'content-type': 'application/json' }
    const owner = { authorization: `Bearer ${server.token}`, ...json }
    expect(await sendAllThenRead(url, large, owner)).toMatch(/^HTTP\/1\.1 413 .*"code":"body_too_large"/s)
    expect(await sendAllThenRead(url, large, json)).toMatch(/^HTTP\/1\.1 4(01|13) .*"code":/s)
    expect(await sendAllThenRead(url, large, { ...owner, host: 'evil.example' })).toMatch(
      /^HTTP\/1\.1 421 .*"code":"host_not_allowed"/s,
    )
  })

  test('from MLflow’s surface', async () => {
    const headers = { authorization: `Bearer ${server.token}`, 'content-type': 'application/json' }
    expect(await sendAllThenRead(`${server.url}/api/2.0/mlflow/runs/create`, large, headers)).toMatch(
      /^HTTP\/1\.1 413 .*"error_code":/s,
    )
  })

  test('from the gateway', async () => {
    const { body } = await server.call<Endpoint>('POST', '/api/v1/workspaces/default/endpoints', {
      body: { source: { name: 'e.yml', text: 'name: refusing\n' } },
    })
    const key = { authorization: `Bearer ${body.keys?.primary ?? ''}` }
    expect(await sendAllThenRead(body.scoringUri, large, key)).toMatch(/^HTTP\/1\.1 413 .*body_too_large/s)
    expect(await sendAllThenRead(body.scoringUri, large)).toMatch(/^HTTP\/1\.1 401 .*not_authenticated/s)
    expect(await sendAllThenRead(body.scoringUri.replace('refusing', 'other'), large, key)).toMatch(/^HTTP\/1\.1 404 /)
  })
})
