import type { AuditEntry, ComputeTarget, Job, ModelVersion, Run } from '@modelyard/contract'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startServer, type TestServer } from './start-server.ts'

let server: TestServer
const base = '/api/v1/workspaces/default'
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server.stop())

test('a cluster takes new settings, its nodes follow, and the audit trail has both', async () => {
  await server.call('POST', `${base}/compute`, { body: { name: 'c', minNodes: 0, maxNodes: 4 } })
  const changed = await server.call<ComputeTarget>('PATCH', `${base}/compute/c`, { body: { minNodes: 1, maxNodes: 2 } })
  expect(changed.body).toMatchObject({ minNodes: 1, maxNodes: 2, idleSeconds: 120, size: 'STANDARD_D2_V2' })
  const nodes = async () =>
    (await server.call<ComputeTarget>('GET', `${base}/compute/c`)).body.nodes?.map((node) => node.state)
  await expect.poll(nodes, { timeout: 20_000 }).toEqual(['idle'])
  const { body } = await server.call<{ items: AuditEntry[] }>('GET', `${base}/activity?action=compute_target.updated`)
  expect(body.items[0]).toMatchObject({ subject: 'c', before: { maxNodes: 4 }, after: { maxNodes: 2, minNodes: 1 } })
})

test('a change that does not fit, or of what is built in, changes nothing', async () => {
  await server.call('POST', `${base}/compute`, { body: { name: 'd', minNodes: 0, maxNodes: 1 } })
  expect((await server.call('PATCH', `${base}/compute/d`, { body: { minNodes: 2 } })).status).toBe(400)
  expect((await server.call('PATCH', `${base}/compute/local`, { body: { maxNodes: 2 } })).body).toMatchObject({
    code: 'compute_target_protected',
  })
  expect((await server.call('PATCH', `${base}/compute/nope`, { body: {} })).status).toBe(404)
  const { body } = await server.call<ComputeTarget>('GET', `${base}/compute/d`)
  expect(body).toMatchObject({ minNodes: 0, maxNodes: 1 })
})

test('a model is registered from a run without its bytes going round by the client', async () => {
  const run = (await server.call<Run>('POST', `${base}/runs`, { body: { experiment: 'e' } })).body
  const put = (path: string, bytes: string) =>
    server.call('PUT', `${base}/runs/${run.id}/artifacts/content?path=${encodeURIComponent(path)}`, {
      body: Buffer.from(bytes),
    })
  await put('outputs/model.pkl', 'model')
  await put('outputs/notes.txt', 'notes')
  const register = (body: Record<string, unknown>) =>
    server.call<ModelVersion>('POST', `${base}/models`, { body: { name: 'm', ...body } })
  const files = async (tree: string | null) =>
    (await server.call<{ entries: { path: string }[] }>('GET', `${base}/trees/${tree}`)).body.entries.map(
      ({ path }) => path,
    )
  const single = await register({ runId: run.id, runPath: 'outputs/model.pkl' })
  expect(single.body.lineage.runId).toBe(run.id)
  expect(await files(single.body.tree)).toEqual(['model.pkl'])
  const folder = await register({ runId: run.id, runPath: 'outputs' })
  expect(await files(folder.body.tree)).toEqual(['model.pkl', 'notes.txt'])
  expect((await register({ runId: run.id, runPath: 'nothing' })).body).toMatchObject({ code: 'artifact_not_found' })
  expect((await register({ runId: 'run_none', runPath: 'outputs' })).body).toMatchObject({ code: 'run_not_found' })
  for (const body of [{}, { runPath: 'outputs' }, { runId: run.id }, { tree: folder.body.tree, runPath: 'outputs' }])
    expect((await register(body)).body, JSON.stringify(body)).toMatchObject({ code: 'request_invalid' })
})

test('a step finds the names of Azure ML and its own place in them', async () => {
  const command = `python -c "import os; from azureml.core import Run; print(os.environ['AZUREML_RUN_ID'] == Run.get_context().id, os.environ['AZUREML_ARM_WORKSPACE_NAME'])"`
  const text = JSON.stringify({ type: 'command', command })
  const job = (await server.call<Job>('POST', `${base}/jobs`, { body: { source: { name: 'job.yml', text } } })).body
  const status = async () => (await server.call<Job>('GET', `${base}/jobs/${job.id}`)).body.status
  await expect.poll(status, { timeout: 20_000 }).toBe('succeeded')
  const { body } = await server.call<{ chunks: { text: string }[] }>('GET', `${base}/jobs/${job.id}/logs`)
  expect(body.chunks.map(({ text: line }) => line).join('')).toBe('True default\n')
})
