import {
  rolePermissions,
  roles,
  type Job,
  type PipelineEndpoint,
  type PublishedPipeline,
  type Role,
} from '@modelyard/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createAzureml, wirePrefix } from '../src/azureml/index.ts'
import type { Pipelines } from '../src/pipelines/index.ts'
import { ended } from './client.ts'
import { startServer, type TestServer } from './start-server.ts'

let server: TestServer
let published: PublishedPipeline
let endpoint: PipelineEndpoint
const api = '/api/v1/workspaces/default'

const runs = (workspace = 'default') =>
  wirePrefix.replace(':subscription', 'xprt-1234').replace(':group', 'any group').replace(':workspace', workspace)
const echoing = (word: string) =>
  `type: pipeline\ninputs: { n: 1 }\njobs:\n  a: { type: command, command: "echo ${word} \${{inputs.n}}", inputs: { n: "\${{parent.inputs.n}}" } }\n`

async function publish(name: string, text: string, more: object = {}): Promise<PublishedPipeline> {
  const body = { name, submission: { source: { name: 'p.yml', text } }, ...more }
  const answer = await server.call<PublishedPipeline>('POST', `${api}/pipelines`, { body })
  expect(answer.status).toBe(201)
  return answer.body
}

async function logOf(id: string): Promise<string> {
  await ended(server, id)
  const { body } = await server.call<{ chunks: { text: string }[] }>('GET', `${api}/jobs/${id}/logs`)
  return body.chunks.map((chunk) => chunk.text).join('')
}

async function start(path: string, body: object = {}, headers: Record<string, string> = {}) {
  const answer = await server.call<{ Id: string; PipelineId: string; code: string }>('POST', runs() + path, {
    body,
    headers,
  })
  return { ...answer.body, status: answer.status }
}

beforeAll(async () => {
  server = await startServer()
  published = await publish('Hello_World1 pipeline', echoing('first'), { label: '1.0' })
})
afterAll(() => server.stop())

describe('a published pipeline', () => {
  test('takes what it does not declare as tags, up to a bound: each is a row', async () => {
    const path = `/PipelineSubmit/${published.id}`
    const members = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`p${index}`, 1]))
    const before = await server.call<{ items: Job[] }>('GET', `${api}/jobs`)
    for (const body of [{ ParameterAssignments: members(1001) }, members(1001)])
      expect(await start(path, body)).toMatchObject({ status: 400, code: 'request_invalid' })
    expect((await server.call<{ items: Job[] }>('GET', `${api}/jobs`)).body.items).toEqual(before.body.items)
    expect((await start(path, { ['__proto__']: 'x' })).status).toBe(400)
    const { Id: id } = await start(path, { a: 'b' })
    const { body } = await server.call<Job>('GET', `${api}/jobs/${id}`)
    expect(body.tags).toMatchObject({ a: 'b' })
  })

  test('starts on the path of the v1 service, with its body, and answers as it did', async () => {
    const answer = await start(`/PipelineSubmit/${published.id}`, {
      ExperimentName: 'My_Pipeline1',
      RunSource: 'SDK',
      Description: null,
      ParameterAssignments: { n: '45', pipeline_arg: 45 },
      tags: { BuildId: '7' },
      StepTags: { ignored: 'object' },
      EnableNotification: null,
    })
    expect(answer).toMatchObject({
      status: 200,
      PipelineId: published.id,
      GraphId: published.id,
      Status: { StatusCode: expect.stringMatching(/NotStarted|Running|Finished/), EndTime: null },
      ParameterAssignments: { n: '45' },
      RunHistoryExperimentName: 'My_Pipeline1',
      RunSource: 'SDK',
      TotalRunSteps: 1,
      HasWarnings: true,
    })
    const job = await ended(server, answer.Id)
    expect(job).toMatchObject({ status: 'succeeded', experiment: 'My_Pipeline1', parameters: { n: 45 } })
    expect(job.tags).toMatchObject({ RunSource: 'SDK', BuildId: '7', 'undeclared.pipeline_arg': '45' })
    expect(job.warnings[0]).toContain('pipeline_arg')
    expect(await logOf(answer.Id)).toContain('first 45')
    const later = await server.call<{ Status: { StatusCode: string } }>('GET', `${runs()}/${answer.Id}`)
    expect(later.body.Status.StatusCode).toBe('Finished')
  })

  test('makes one job for an Idempotency-Key, and none for what it cannot take', async () => {
    const path = `/PipelineSubmit/${published.id}`
    const once = { 'idempotency-key': 'wire-once' }
    expect((await start(path, {}, once)).Id).toBe((await start(path, {}, once)).Id)
    const before = await jobCount()
    expect(await start(path, { ParameterAssignments: { n: 'many' } })).toMatchObject({
      status: 400,
      code: 'document_invalid',
    })
    expect(await start(path, { ParameterAssignments: [1] })).toMatchObject({ status: 400, code: 'request_invalid' })
    for (const key of ['DataPathAssignments', 'DataSetDefinitionValueAssignments'])
      expect(await start(path, { [key]: { n: { DataStoreName: 'd', RelativePath: 'x' } } })).toMatchObject({
        status: 400,
        code: 'request_invalid',
      })
    expect(await start('/PipelineSubmit/pl_unknown')).toMatchObject({ status: 404, code: 'pipeline_not_found' })
    expect(await jobCount()).toBe(before)
  })

  test('keeps its own graph when the name is published again, and is disabled alone', async () => {
    const second = await publish('Hello_World1 pipeline', echoing('second'))
    expect(second).toMatchObject({ version: 2, label: null })
    expect(await logOf((await start(`/PipelineSubmit/${published.id}`)).Id)).toContain('first')
    const change = { body: { enabled: false, version: 1 } }
    const disabled = await server.call<PublishedPipeline>('PATCH', `${api}/pipelines/Hello_World1%20pipeline`, change)
    expect(disabled.body).toMatchObject({ id: published.id, enabled: false })
    expect(await start(`/PipelineSubmit/${published.id}`)).toMatchObject({ status: 409, code: 'pipeline_disabled' })
    expect((await start(`/PipelineSubmit/${second.id}`)).status).toBe(200)
    const ids = async (query: string) =>
      (await server.call<{ items: PublishedPipeline[] }>('GET', `${api}/pipeline-versions${query}`)).body.items.map(
        (item) => item.id,
      )
    expect(await ids('')).toEqual([second.id, published.id])
    expect(await ids('?enabled=true')).toEqual([second.id])
    expect(await ids('?enabled=false')).toEqual([published.id])
  })
})

describe('a pipeline endpoint', () => {
  let blue: PublishedPipeline
  let green: PublishedPipeline
  beforeAll(async () => {
    blue = await publish('blue', echoing('blue'))
    green = await publish('green', echoing('green'))
    const made = await server.call<PipelineEndpoint>('POST', `${api}/pipeline-endpoints`, {
      body: { name: 'My endpoint', pipelineId: blue.id },
    })
    expect(made.status).toBe(201)
    endpoint = made.body
    await server.call('POST', `${api}/pipeline-endpoints/${endpoint.id}/versions`, { body: { pipelineId: green.id } })
  })

  test('starts its default, a version by number, and by name, on the addresses that scripts build', async () => {
    // As the notebooks build them: what stands before the first `Id`, and the address with a version behind.
    const address = `${runs()}/PipelineEndpointSubmit/Id/${endpoint.id}`
    const byName = `${address.split('Id')[0]}Name?name=My%20endpoint&pipelineVersion=`
    for (const [url, pipeline] of [
      [address, blue],
      [`${address}/0`, blue],
      [`${address}/1`, green],
      [`${byName}0`, blue],
      [`${byName}1`, green],
      [byName, blue],
    ] as const) {
      const answer = await server.call<{ Id: string; PipelineId: string }>('POST', url, {
        body: { ExperimentName: 'e' },
      })
      expect([url, answer.status, answer.body.PipelineId]).toEqual([url, 200, pipeline.id])
    }
    expect((await server.call('POST', `${address}/7`, { body: {} })).status).toBe(404)
    expect((await server.call('POST', `${address}/x`, { body: {} })).status).toBe(400)
  })

  test('changes its default, its name and whether it starts; names are unique', async () => {
    const path = `${api}/pipeline-endpoints/${endpoint.id}`
    const changed = await server.call<PipelineEndpoint>('PATCH', path, { body: { defaultVersion: 1, name: 'renamed' } })
    expect(changed.body).toMatchObject({ defaultVersion: 1, name: 'renamed' })
    expect((await start(`/PipelineEndpointSubmit/Id/${endpoint.id}`)).PipelineId).toBe(green.id)
    expect((await server.call('PATCH', path, { body: { defaultVersion: 9 } })).status).toBe(404)
    const again = { body: { name: 'renamed', pipelineId: blue.id } }
    expect((await server.call('POST', `${api}/pipeline-endpoints`, again)).status).toBe(409)
    await server.call('PATCH', path, { body: { enabled: false } })
    expect((await start(`/PipelineEndpointSubmit/Id/${endpoint.id}`)).code).toBe('pipeline_disabled')
    const own = await server.call<Job>('POST', `${path}/jobs`, { body: { set: { m: 1 } } })
    expect(own.status).toBe(409)
    await server.call('PATCH', path, { body: { enabled: true } })
    expect((await server.call('POST', `${path}/jobs`, { body: { set: { m: 1 } } })).status).toBe(400)
    const started = await server.call<Job>('POST', `${path}/jobs`, { body: { set: { n: 2 }, version: 0 } })
    expect(await logOf(started.body.id)).toContain('blue 2')
  })
})

describe('every route of the wire', () => {
  const { routes } = createAzureml({ pipelines: {} as Pipelines, workspaces: { exists: () => Promise.resolve(true) } })
  const tokens = new Map<Role, string>()
  beforeAll(async () => {
    await server.call('POST', '/api/v1/workspaces', { body: { name: 'elsewhere' } })
    for (const role of roles) {
      const name = `wire-${role}`
      await server.call('POST', '/api/v1/principals', { body: { name } })
      await server.call('PUT', `${api}/role-assignments/${name}/${role}`)
      const { body } = await server.call<{ token: string }>('POST', '/api/v1/tokens', { body: { principal: name } })
      tokens.set(role, body.token)
    }
  })

  async function send(route: { method: string; path: string }, workspace: string, token: string | null) {
    const path = runs(workspace) + route.path.replaceAll(/:\w+/g, '1')
    const body = route.method === 'GET' ? {} : { body: {} }
    const answer = await server.call<{ code: string }>(route.method, path, { ...body, token })
    return { status: answer.status, code: answer.body.code }
  }

  test('asks for a sign-in, hides a workspace from who has no role in it, and is refused to whoever lacks its permission', async () => {
    expect(routes.length).toBeGreaterThan(4)
    for (const route of routes) {
      for (const token of [null, 'myp_000000000000000000000000000000000000'])
        expect(await send(route, 'default', token), route.path).toEqual({ status: 401, code: 'not_authenticated' })
      for (const [role, token] of tokens) {
        expect(await send(route, 'elsewhere', token)).toEqual({ status: 404, code: 'workspace_not_found' })
        const { status, code } = await send(route, 'default', token)
        expect(code === 'not_allowed', `${role}: ${route.path}`).toBe(!rolePermissions[role].has(route.permission))
        expect(status, `${role}: ${route.path}`).toBeLessThan(500)
      }
    }
  })
})

async function jobCount(): Promise<number> {
  return (await server.call<{ items: unknown[] }>('GET', `${api}/jobs?pageSize=1000`)).body.items.length
}
