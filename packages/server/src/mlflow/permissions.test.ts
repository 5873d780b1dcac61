import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { rolePermissions, roles, type Role } from '@modelyard/contract'
import { startServer, type TestServer } from '../../tests/start-server.ts'
import { createExperiments } from '../experiments/index.ts'
import type { Models } from '../models/index.ts'
import type { Endpoint } from './endpoint.ts'
import { createMlflow } from './index.ts'

describe("every route of MLflow's surface", () => {
  let server: TestServer
  let endpoints: readonly Endpoint[]
  const tokens = new Map<Role | 'elsewhere', string>()

  beforeAll(async () => {
    server = await startServer()
    await server.call('POST', '/api/v1/workspaces', { body: { name: 'elsewhere' } })
    for (const role of roles) tokens.set(role, await tokenOf(role, 'default', role))
    tokens.set('elsewhere', await tokenOf('elsewhere', 'elsewhere', 'Owner'))
    // Only the list of routes is looked at here; the requests go to the running server.
    endpoints = createMlflow(server.server.platform, {
      experiments: createExperiments(server.server.platform),
      models: {} as Models,
      workspaces: server.server.rooms.workspaces,
    }).endpoints
  })
  afterAll(async () => await server.stop())

  async function tokenOf(name: string, workspace: string, role: Role): Promise<string> {
    const principal = `principal-${name.toLowerCase()}`
    await server.call('POST', '/api/v1/principals', { body: { name: principal, kind: 'service' } })
    await server.call('PUT', `/api/v1/workspaces/${workspace}/role-assignments/${principal}/${role}`)
    const made = await server.call<{ token: string }>('POST', '/api/v1/tokens', { body: { principal } })
    return made.body.token
  }

  async function send(endpoint: Endpoint, token: string | null) {
    const path = `/api/2.0/mlflow${endpoint.path.replaceAll(/:\w+/g, 'none')}`
    const answer = await server.call<{ error_code?: string }>(endpoint.method, path, {
      token,
      ...(endpoint.method === 'GET' ? {} : { body: {} }),
    })
    return { what: `${endpoint.method} ${path}`, status: answer.status, code: answer.body.error_code }
  }

  it('is refused to whoever lacks its permission, and to nobody else', async () => {
    expect(endpoints.length).toBeGreaterThan(50)
    for (const endpoint of endpoints) {
      for (const role of roles) {
        const { what, status, code } = await send(endpoint, tokens.get(role) ?? '')
        const allowed = rolePermissions[role].has(endpoint.permission)
        expect(code === 'PERMISSION_DENIED', `${role}: ${what}`).toBe(!allowed)
        expect(status, `${role}: ${what}`).toBeLessThan(500)
      }
    }
  })

  it('asks for a sign-in, and hides a workspace from who has no role in it', async () => {
    for (const endpoint of endpoints) {
      expect(await send(endpoint, null)).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' })
      expect(await send(endpoint, 'myp_wrong')).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' })
      expect(await send(endpoint, tokens.get('elsewhere') ?? '')).toMatchObject({
        status: 404,
        code: 'RESOURCE_DOES_NOT_EXIST',
      })
    }
  })
})
