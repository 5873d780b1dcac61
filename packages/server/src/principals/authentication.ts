import type { Role } from '@modelyard/contract'
import type { FastifyRequest } from 'fastify'
import type { Access } from '../http/index.ts'
import type { Platform } from '../platform/index.ts'
import { findSession, findTokenByHash, listRolesOf, touchTokens } from './principals-store.ts'
import { hashToken, isTokenShaped } from './token.ts'

const cacheSize = 10_000

interface Known {
  readonly access: Access
  readonly expiresAt: number
}

/** Finds out who calls. What is known is kept in memory until `forget`, which every change of a token, session or role calls. */
export interface Authentication {
  authenticate(request: FastifyRequest): Promise<Access | undefined>
  forget(): void
  stop(): void
}

export function createAuthentication(platform: Platform, cookieName: string): Authentication {
  const known = new Map<string, Known>()
  let used = new Map<string, number>()
  let generation = 0
  // When a token was last used is worth a write a minute, not a write a request.
  const timer = platform.clock.every(60_000, flushUsed)

  function flushUsed(): void {
    if (used.size === 0) return
    const batch = used
    used = new Map()
    platform.store
      .write((tx) => touchTokens(tx, batch), 'survivesKill')
      .catch((error: unknown) => platform.logger.warn({ err: error }, 'token use could not be noted'))
  }

  async function authenticate(request: FastifyRequest): Promise<Access | undefined> {
    const credential = bearerOf(request.headers.authorization) ?? cookieOf(request.headers.cookie, cookieName)
    if (credential === undefined || !isTokenShaped(credential.text)) return undefined
    const hash = hashToken(credential.text)
    const now = platform.clock.now()
    let found = known.get(hash)
    if (found === undefined) {
      const before = generation
      found = await (credential.via === 'cookie' ? lookUpSession(hash) : lookUpToken(hash))
      if (found === undefined) return undefined
      if (known.size >= cacheSize) known.clear()
      // A change while we read would leave the old state in the cache for good.
      if (before === generation) known.set(hash, found)
    }
    if (found.expiresAt <= now) return undefined
    if (found.access.tokenId !== null) used.set(found.access.tokenId, now)
    return found.access
  }

  async function lookUpToken(hash: string): Promise<Known | undefined> {
    const token = await findTokenByHash(platform.store.read, hash)
    if (token === undefined) return undefined
    const expiresAt = token.expires_at ?? Number.POSITIVE_INFINITY
    const base = { principal: token.principal, via: 'token', tokenId: token.id } as const
    if (token.node_id !== null)
      return { access: { ...base, actor: `node:${token.node_id}`, roles: new Map(), nodeId: token.node_id }, expiresAt }
    if (token.run_id !== null && token.workspace !== null) {
      const roles = new Map([[token.workspace, new Set<Role>(['Runner'])]])
      return {
        access: {
          ...base,
          actor: `run:${token.run_id}`,
          roles,
          run: { workspace: token.workspace, runId: token.run_id },
        },
        expiresAt,
      }
    }
    return { access: { ...base, actor: token.principal, roles: await rolesOf(token.principal) }, expiresAt }
  }

  async function lookUpSession(hash: string): Promise<Known | undefined> {
    const session = await findSession(platform.store.read, hash)
    if (session === undefined) return undefined
    const access: Access = {
      actor: session.principal,
      principal: session.principal,
      roles: await rolesOf(session.principal),
      via: 'cookie',
      tokenId: null,
    }
    return { access, expiresAt: session.expires_at }
  }

  async function rolesOf(principal: string): Promise<Map<string, Set<Role>>> {
    const roles = new Map<string, Set<Role>>()
    for (const row of await listRolesOf(platform.store.read, principal)) {
      const held = roles.get(row.scope) ?? new Set<Role>()
      roles.set(row.scope, held.add(row.role as Role))
    }
    return roles
  }

  return {
    authenticate,
    forget() {
      generation++
      known.clear()
    },
    stop() {
      timer.cancel()
      flushUsed()
    },
  }
}

interface Credential {
  readonly text: string
  readonly via: 'token' | 'cookie'
}

/** A bearer token, or the password of basic authentication (what git and MLflow clients can send), whatever the user name. */
function bearerOf(header: string | undefined): Credential | undefined {
  if (header === undefined) return undefined
  const [scheme = '', value = ''] = header.split(' ', 2)
  if (scheme.toLowerCase() === 'bearer') return { text: value, via: 'token' }
  if (scheme.toLowerCase() !== 'basic') return { text: '', via: 'token' }
  const text = Buffer.from(value, 'base64').toString('utf8')
  return { text: text.slice(text.indexOf(':') + 1), via: 'token' }
}

function cookieOf(header: string | undefined, name: string): Credential | undefined {
  for (const part of header?.split(';') ?? []) {
    const [key = '', value = ''] = part.trim().split('=', 2)
    if (key === name) return { text: value, via: 'cookie' }
  }
  return undefined
}
