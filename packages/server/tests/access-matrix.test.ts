import { rolePermissions, roles, routes, type Access, type Role, type RouteSpec } from '@modelyard/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startServer, type TestServer } from './start-server.ts'

/*
 * Every route × every role × {own workspace, another workspace, nobody, a token that is no token}. The table of routes is the contract's: a route that
 * is added is tested from the day it is there.
 */

let server: TestServer
const tokens = new Map<Role, string>()

beforeAll(async () => {
  server = await startServer()
  for (const workspace of ['own', 'spare', 'other'])
    await server.call('POST', '/api/v1/workspaces', { body: { name: workspace } })
  for (const role of roles) {
    const name = `a-${role}`
    await server.call('POST', '/api/v1/principals', { body: { name } })
    for (const workspace of ['own', 'spare'])
      await server.call('PUT', `/api/v1/workspaces/${workspace}/role-assignments/${name}/${role}`)
    const { body } = await server.call<{ token: string }>('POST', '/api/v1/tokens', { body: { principal: name } })
    tokens.set(role, body.token)
  }
})
afterAll(() => server.stop())

/** Values that fit the path and name nothing that exists, so that what is allowed changes nothing. */
const fillers: Readonly<Record<string, string>> = {
  role: 'Reader',
  digest: 'a'.repeat(64),
  key: 'primary',
  decision: 'pause',
  version: '1',
  node: 'node_x',
  attempt: 'att_x',
}

function pathOf(spec: RouteSpec, workspace: string): string {
  return spec.path.replaceAll(/:([A-Za-z]+)/g, (_whole, name: string) =>
    name === 'ws' ? workspace : (fillers[name] ?? 'nothing-there'),
  )
}

async function statusOf(
  spec: RouteSpec,
  workspace: string,
  token: string | null,
): Promise<{ status: number; code: string }> {
  const controller = new AbortController()
  const answer = await fetch(server.url + pathOf(spec, workspace), {
    method: spec.method,
    signal: controller.signal,
    headers: {
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...(spec.body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(spec.body === undefined ? {} : { body: '{"unknown-field-that-no-route-takes":1}' }),
  })
  // An event stream has no end; its head is enough.
  const isStream = answer.headers.get('content-type')?.startsWith('text/event-stream') === true
  const text = isStream ? '' : await answer.text()
  controller.abort()
  return {
    status: answer.status,
    code: text.startsWith('{') ? String((JSON.parse(text) as { code?: string }).code) : '',
  }
}

function holds(role: Role, access: Access, inWorkspace: boolean): boolean {
  if (access === 'public' || access === 'authenticated') return true
  // Answered to whoever reads a workspace, with what may be seen of it.
  if (access === 'server.read') return rolePermissions[role].has(access)
  // The roles are held in a workspace; what belongs to the whole server asks for one there.
  return inWorkspace && rolePermissions[role].has(access)
}

describe.each(Object.entries(routes as Record<string, RouteSpec>))('%s', (id, spec) => {
  const inWorkspace = spec.path.includes(':ws')

  test('is closed to nobody and to a wrong token', async () => {
    for (const token of [null, 'myp_000000000000000000000000000000000000', 'nonsense']) {
      const { status, code } = await statusOf(spec, 'own', token)
      if (spec.access === 'public') expect(status).not.toBe(401)
      else expect([status, code]).toEqual([401, 'not_authenticated'])
      expect(status).toBeLessThan(500)
    }
  })

  test.each(roles)('for %s', async (role) => {
    const token = tokens.get(role) ?? ''
    // The one that is allowed to delete the workspace does.
    const own = await statusOf(spec, id === 'deleteWorkspace' && role === 'Owner' ? 'spare' : 'own', token)
    expect(own.status, own.code).toBeLessThan(500)
    expect(own.code).not.toBe('route_not_found')
    if (holds(role, spec.access, inWorkspace)) expect([401, 403]).not.toContain(own.status)
    else expect([own.status, own.code]).toEqual([403, 'not_allowed'])
    if (!inWorkspace || spec.access === 'public') return
    const other = await statusOf(spec, 'other', token)
    expect([other.status, other.code]).toEqual([404, 'workspace_not_found'])
  })
})
