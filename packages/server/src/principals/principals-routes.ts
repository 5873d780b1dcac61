import { ModelyardError, rolePermissions, type Me, type Role, type Token } from '@modelyard/contract'
import { toTimestamp } from '@modelyard/platform'
import { may, type Access, type Handlers } from '../http/index.ts'
import { toPage, type Platform } from '../platform/index.ts'
import type { PrincipalsService } from './principals-service.ts'
import * as store from './principals-store.ts'
import type { PrincipalTable, RoleAssignmentTable, TokenTable } from './principals-tables.ts'

type Ids =
  | 'getMe'
  | 'createLoginLink'
  | 'logout'
  | 'listPrincipals'
  | 'createPrincipal'
  | 'getPrincipal'
  | 'deletePrincipal'
  | 'listTokens'
  | 'createToken'
  | 'getToken'
  | 'deleteToken'
  | 'listRoleAssignments'
  | 'assignRole'
  | 'revokeRole'

const toPrincipal = (row: PrincipalTable) => ({
  name: row.name,
  kind: row.kind,
  displayName: row.display_name,
  createdAt: toTimestamp(row.created_at),
})
const toAssignment = (row: RoleAssignmentTable) => ({
  principal: row.principal,
  role: row.role as Role,
  scope: row.scope,
  createdAt: toTimestamp(row.created_at),
})
const timestampOrNull = (at: number | null) => (at === null ? null : toTimestamp(at))
const toToken = (row: TokenTable): Token => ({
  id: row.id,
  principal: row.principal,
  description: row.description,
  prefix: row.prefix,
  createdAt: toTimestamp(row.created_at),
  expiresAt: timestampOrNull(row.expires_at),
  lastUsedAt: timestampOrNull(row.last_used_at),
})
const byOf = (call: { access: Access; requestId: string }) => ({ actor: call.access.actor, requestId: call.requestId })

export function principalHandlers(
  platform: Platform,
  service: PrincipalsService,
  cookieName: string,
  listWorkspaceNames: () => Promise<string[]>,
): Handlers<Ids> {
  const { read } = platform.store
  return {
    async getMe({ access }): Promise<Me> {
      const names = await listWorkspaceNames()
      const server = [...(access.roles.get('*') ?? [])]
      const workspaces = names
        .map((name) => ({ name, roles: [...new Set([...server, ...(access.roles.get(name) ?? [])])] }))
        .filter((workspace) => workspace.roles.length > 0)
        .map((workspace) => ({
          ...workspace,
          permissions: [...new Set(workspace.roles.flatMap((role) => [...rolePermissions[role]]))],
        }))
      return {
        principal: access.actor,
        displayName: (await store.findPrincipal(read, access.principal))?.display_name ?? access.actor,
        serverRoles: server,
        workspaces,
      }
    },
    async createLoginLink({ access, body }) {
      if (access.run !== undefined || access.nodeId !== undefined)
        throw new ModelyardError('not_allowed', 'The token of a job or a node opens no page.')
      return service.createLoginLink(access.principal, body.path)
    },
    async logout({ request, reply }) {
      const match = new RegExp(`(?:^|; )${cookieName}=([^;]+)`).exec(request.headers.cookie ?? '')
      if (match?.[1] !== undefined) await service.logOut(match[1])
      reply.header('set-cookie', `${cookieName}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0`)
    },
    async listPrincipals({ query }) {
      const rows = await store.listPrincipals(read, query.pageSize + 1, query.pageToken)
      return toPage(rows, query.pageSize, (row) => [row.name], toPrincipal)
    },
    createPrincipal: async (call) => toPrincipal(await service.createPrincipal(byOf(call), call.body)),
    async getPrincipal({ params }) {
      const row = await store.findPrincipal(read, params.name)
      if (row === undefined) throw new ModelyardError('principal_not_found', `There is no principal '${params.name}'.`)
      return toPrincipal(row)
    },
    deletePrincipal: (call) => service.deletePrincipal(byOf(call), call.params.name),
    async listTokens({ access, query }) {
      const rows = await store.listTokens(
        read,
        may(access, 'principal.read') && access.via !== 'none' ? undefined : access.principal,
        query.pageSize + 1,
        query.pageToken,
      )
      return toPage(rows, query.pageSize, (row) => [row.id], toToken)
    },
    async createToken(call) {
      const { row, token } = await service.createToken(call.access, byOf(call), call.body)
      return { ...toToken(row), token }
    },
    getToken: async ({ access, params }) => toToken(await service.findVisibleToken(access, params.id)),
    deleteToken: (call) => service.deleteToken(call.access, byOf(call), call.params.id),
    async listRoleAssignments({ params }) {
      return { items: (await store.listRolesIn(read, params.ws)).map(toAssignment) }
    },
    assignRole: async (call) =>
      toAssignment(await service.assignRole(byOf(call), call.params.ws, call.params.principal, call.params.role)),
    revokeRole: (call) => service.revokeRole(byOf(call), call.params.ws, call.params.principal, call.params.role),
  }
}
