import { ModelyardError, type Role } from '@modelyard/contract'
import { toTimestamp } from '@modelyard/platform'
import { may, type Access } from '../http/index.ts'
import { appendEvent, type Platform, type Transaction } from '../platform/index.ts'
import type { Authentication } from './authentication.ts'
import * as store from './principals-store.ts'
import { hashToken, newToken } from './token.ts'

const loginLinkMs = 10 * 60_000
const sessionMs = 30 * 24 * 3_600_000
const dayMs = 24 * 3_600_000

/** Who changes something, for the event it leaves. */
export interface Actor {
  readonly actor: string
  readonly requestId?: string
}

export function createPrincipalsService(platform: Platform, authentication: Authentication) {
  const { store: database, clock, newId, randomness } = platform

  /** The principal of this machine's user, with every right; made once. */
  async function ensureOwner(name: string): Promise<void> {
    await database.write(async (tx) => {
      const now = clock.now()
      if (await store.insertPrincipal(tx, { name, kind: 'user', display_name: name, created_at: now })) {
        await store.insertRole(tx, { principal: name, role: 'Owner', scope: '*', created_at: now })
        await appendEvent(tx, {
          name: 'principal.created',
          subject: name,
          workspace: null,
          actor: 'system',
          at: now,
          after: { name, kind: 'user' },
        })
        await appendEvent(tx, {
          name: 'role_assignment.created',
          subject: `${name}/Owner`,
          workspace: null,
          actor: 'system',
          at: now,
          after: { principal: name, role: 'Owner', scope: '*' },
        })
      }
    })
  }

  async function createPrincipal(
    by: Actor,
    input: { name: string; kind: 'user' | 'service'; displayName?: string | undefined },
  ) {
    const row = {
      name: input.name,
      kind: input.kind,
      display_name: input.displayName ?? input.name,
      created_at: clock.now(),
    }
    await database.write(async (tx) => {
      if (!(await store.insertPrincipal(tx, row)))
        throw new ModelyardError('already_exists', `There is already a principal '${input.name}'.`)
      await appendEvent(tx, {
        name: 'principal.created',
        subject: row.name,
        workspace: null,
        at: row.created_at,
        ...by,
        after: { name: row.name, kind: row.kind },
      })
    })
    return row
  }

  async function deletePrincipal(by: Actor, name: string): Promise<void> {
    await database.write(async (tx) => {
      const row = await requirePrincipal(tx, name)
      const roles = await store.listRolesOf(tx, name)
      for (const role of roles) {
        if (role.role === 'Owner' && (await store.countOtherOwners(tx, role.scope, name)) === 0)
          throw new ModelyardError(
            'last_owner',
            `'${name}' is the only Owner of ${role.scope === '*' ? 'the server' : `the workspace '${role.scope}'`}.`,
          )
      }
      await store.deletePrincipal(tx, name)
      await appendEvent(tx, {
        name: 'principal.deleted',
        subject: name,
        workspace: null,
        at: clock.now(),
        ...by,
        before: { name, kind: row.kind, roles: roles.map((role) => `${role.scope}/${role.role}`) },
      })
    })
    authentication.forget()
  }

  async function requirePrincipal(tx: Transaction, name: string) {
    const row = await store.findPrincipal(tx, name)
    if (row === undefined) throw new ModelyardError('principal_not_found', `There is no principal '${name}'.`)
    return row
  }

  /** A new token for a principal: one's own, or anybody's for who may manage principals. */
  async function createToken(
    access: Access,
    by: Actor,
    input: { principal?: string | undefined; description: string; expiresInDays: number | null },
  ) {
    const principal = input.principal ?? access.principal
    if (access.run !== undefined || access.nodeId !== undefined)
      throw new ModelyardError('not_allowed', 'The token of a job or a node makes no tokens.')
    if (principal !== access.principal && !may(access, 'principal.write'))
      throw new ModelyardError('not_allowed', `Only an Owner of the server makes tokens for others ('${principal}').`)
    const now = clock.now()
    return database.write(async (tx) => {
      const owner = await requirePrincipal(tx, principal)
      const token = newToken(owner.kind === 'service' ? 'service' : 'personal', randomness)
      const row = tokenRow(token, principal, {
        description: input.description,
        expires_at: input.expiresInDays === null ? null : now + input.expiresInDays * dayMs,
      })
      await store.insertToken(tx, row)
      await appendEvent(tx, {
        name: 'token.created',
        subject: row.id,
        workspace: null,
        at: now,
        ...by,
        after: { principal, description: input.description },
      })
      return { row, token }
    })
  }

  function tokenRow(
    token: string,
    principal: string,
    over: { description: string; expires_at: number | null; workspace?: string; run_id?: string; node_id?: string },
  ) {
    return {
      id: newId('tok'),
      hash: hashToken(token),
      prefix: token.slice(0, 8),
      principal,
      created_at: clock.now(),
      last_used_at: null,
      workspace: null,
      run_id: null,
      node_id: null,
      ...over,
    }
  }

  /** The owner's token that `up` hands out; a known one keeps working. */
  async function ensureOwnerToken(principal: string, known: string | undefined): Promise<string> {
    if (known !== undefined && (await store.findTokenByHash(database.read, hashToken(known)))?.principal === principal)
      return known
    const token = newToken('personal', randomness)
    await database.write((tx) =>
      store.insertToken(tx, tokenRow(token, principal, { description: 'of this machine', expires_at: null })),
    )
    return token
  }

  async function deleteToken(access: Access, by: Actor, id: string): Promise<void> {
    await database.write(async (tx) => {
      const row = await findVisibleToken(access, id, tx)
      await store.deleteToken(tx, id)
      await appendEvent(tx, {
        name: 'token.deleted',
        subject: id,
        workspace: null,
        at: clock.now(),
        ...by,
        before: { principal: row.principal, description: row.description },
      })
    })
    authentication.forget()
  }

  async function findVisibleToken(access: Access, id: string, tx: Transaction | typeof database.read = database.read) {
    const row = await store.findToken(tx, id)
    if (
      row === undefined ||
      row.run_id !== null ||
      row.node_id !== null ||
      (row.principal !== access.principal && !may(access, 'principal.read'))
    )
      throw new ModelyardError('token_not_found', `There is no token '${id}' that you can see.`)
    return row
  }

  async function assignRole(by: Actor, scope: string, principal: string, role: Role) {
    const row = { principal, role, scope, created_at: clock.now() }
    await database.write(async (tx) => {
      await requirePrincipal(tx, principal)
      if (!(await store.insertRole(tx, row))) return
      await appendEvent(tx, {
        name: 'role_assignment.created',
        subject: `${principal}/${role}`,
        workspace: scope === '*' ? null : scope,
        at: row.created_at,
        ...by,
        after: { principal, role, scope },
      })
    })
    authentication.forget()
    return row
  }

  async function revokeRole(by: Actor, scope: string, principal: string, role: Role): Promise<void> {
    await database.write(async (tx) => {
      if (!(await store.deleteRole(tx, principal, role, scope)))
        throw new ModelyardError(
          'role_assignment_not_found',
          `'${principal}' does not have the role ${role} in '${scope}'.`,
        )
      if (role === 'Owner' && (await store.countOtherOwners(tx, scope, principal)) === 0)
        throw new ModelyardError('last_owner', `'${principal}' is the only Owner of '${scope}'.`)
      await appendEvent(tx, {
        name: 'role_assignment.deleted',
        subject: `${principal}/${role}`,
        workspace: scope === '*' ? null : scope,
        at: clock.now(),
        ...by,
        before: { principal, role, scope },
      })
    })
    authentication.forget()
  }

  /** A token for a job's script: it records into its own run and decides nothing. */
  async function issueRunToken(
    tx: Transaction,
    of: { workspace: string; runId: string; actor: string },
  ): Promise<string> {
    const token = newToken('run', randomness)
    await store.insertToken(
      tx,
      tokenRow(token, of.actor, {
        description: `run ${of.runId}`,
        expires_at: null,
        workspace: of.workspace,
        run_id: of.runId,
      }),
    )
    return token
  }

  /** A token for a node's agent: it reaches the routes of its own node and nothing else. */
  async function issueNodeToken(tx: Transaction, of: { nodeId: string }): Promise<string> {
    const token = newToken('node', randomness)
    await store.insertToken(
      tx,
      tokenRow(token, `node:${of.nodeId}`, { description: `node ${of.nodeId}`, expires_at: null, node_id: of.nodeId }),
    )
    return token
  }

  async function revokeTokensOf(tx: Transaction, of: { runId?: string; nodeId?: string }): Promise<void> {
    await store.deleteTokensOf(tx, of)
    authentication.forget()
  }

  async function createLoginLink(principal: string, path = '/'): Promise<{ loginUrl: string; expiresAt: string }> {
    const secret = newToken('login', randomness)
    const expiresAt = clock.now() + loginLinkMs
    await database.write((tx) =>
      store.insertLoginLink(tx, { hash: hashToken(secret), principal, path: safePath(path), expires_at: expiresAt }),
    )
    return { loginUrl: `${platform.serverUrl()}/login?token=${secret}`, expiresAt: toTimestamp(expiresAt) }
  }

  /** Swaps a sign-in link for a browser session. */
  async function logIn(secret: string): Promise<{ session: string; path: string; maxAgeSeconds: number }> {
    const now = clock.now()
    return database.write(async (tx) => {
      const link = await store.takeLoginLink(tx, hashToken(secret), now)
      if (link === undefined)
        throw new ModelyardError(
          'login_link_invalid',
          'This sign-in link was used already, or it is older than ten minutes.',
        )
      const session = newToken('session', randomness)
      await store.insertSession(tx, {
        hash: hashToken(session),
        principal: link.principal,
        created_at: now,
        expires_at: now + sessionMs,
      })
      return { session, path: link.path, maxAgeSeconds: sessionMs / 1000 }
    })
  }

  async function logOut(session: string): Promise<void> {
    await database.write((tx) => store.deleteSession(tx, hashToken(session)))
    authentication.forget()
  }

  return {
    ensureOwner,
    createPrincipal,
    deletePrincipal,
    createToken,
    ensureOwnerToken,
    deleteToken,
    findVisibleToken,
    assignRole,
    revokeRole,
    issueRunToken,
    issueNodeToken,
    revokeTokensOf,
    createLoginLink,
    logIn,
    logOut,
  }
}

export type PrincipalsService = ReturnType<typeof createPrincipalsService>

/** A path of our own page, never an address elsewhere. */
function safePath(path: string): string {
  return /^\/(?![/\\])[^\\\0\r\n]*$/.test(path) ? path : '/'
}
