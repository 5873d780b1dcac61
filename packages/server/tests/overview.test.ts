import type { Overview } from '@modelyard/contract'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { upload } from './client.ts'
import { startServer, type TestServer } from './start-server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server.stop())

test('the time line has what happened to data, models and compute of the workspace, and nothing of another', async () => {
  const base = '/api/v1/workspaces/default'
  const digest = await upload(server, 'default', { 'days.csv': 'date,riders\n' })
  await server.call('POST', `${base}/data`, { body: { name: 'days', digest } })
  await server.call('POST', `${base}/models`, { body: { name: 'riders', tree: digest } })
  await server.call('POST', `${base}/compute`, { body: { name: 'kept', minNodes: 1, maxNodes: 1 } })
  await server.call('POST', '/api/v1/workspaces', { body: { name: 'other' } })
  const marks = async (workspace: string) => {
    const { body } = await server.call<Overview>('GET', `/api/v1/workspaces/${workspace}/overview`)
    return body.timeline.map(({ lane, name, link }) => [lane, name, link])
  }
  await expect.poll(() => marks('default'), { timeout: 20_000 }).toHaveLength(3)
  expect(await marks('default')).toEqual([
    ['data', 'days:1', '/w/default/data/days'],
    ['models', 'riders:1', '/w/default/models/riders/1'],
    ['compute', 'kept: 0 → 1 nodes', '/w/default/compute/kept'],
  ])
  expect(await marks('other')).toEqual([])
})
