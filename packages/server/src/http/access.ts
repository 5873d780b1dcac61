import { ModelyardError, rolePermissions, type Permission, type Role } from '@modelyard/contract'

/** Who calls and what that one may do; made anew for each request, so that a revoked role or token holds from the next request on. */
export interface Access {
  /** A principal's name; `run:ID` and `node:ID` for the tokens of jobs and nodes. Stands in events and the audit trail. */
  readonly actor: string
  readonly principal: string
  /** Role assignments by scope: a workspace's name, or `*` for the whole server. */
  readonly roles: ReadonlyMap<string, ReadonlySet<Role>>
  /** Set for a job's token: it may write to this run and its children only. */
  readonly run?: { readonly workspace: string; readonly runId: string }
  /** Set for a node's token. */
  readonly nodeId?: string
  /** How it came in. A cookie asks for an Origin check on writes. */
  readonly via: 'token' | 'cookie' | 'none'
  readonly tokenId: string | null
}

/** Held anywhere it is held on the server: its answer shows of each workspace only what the caller may see. */
const heldAnywhere: ReadonlySet<Permission> = new Set<Permission>(['server.read'])

/** Whether the caller holds a permission in a workspace (or, without one, on the server). */
export function may(access: Access, permission: Permission, workspace?: string): boolean {
  if (permission === 'node.work') return access.nodeId !== undefined
  const onServer = heldAnywhere.has(permission) ? access.roles.keys() : ['*']
  for (const scope of workspace === undefined ? onServer : ['*', workspace]) {
    for (const role of access.roles.get(scope) ?? []) if (rolePermissions[role].has(permission)) return true
  }
  return false
}

/** Whether the caller can see the workspace at all. */
export function seesWorkspace(access: Access, workspace: string): boolean {
  return (access.roles.get('*')?.size ?? 0) > 0 || (access.roles.get(workspace)?.size ?? 0) > 0
}

/** Refuses with 404 what the caller cannot see, so that names do not leak, and with 403 what it sees and may not do. */
export function requirePermission(access: Access, permission: Permission, workspace?: string): void {
  if (may(access, permission, workspace)) return
  if (workspace !== undefined && !seesWorkspace(access, workspace))
    throw new ModelyardError('workspace_not_found', `There is no workspace '${workspace}' that you can see.`)
  throw new ModelyardError(
    'not_allowed',
    `This needs the permission '${permission}'${workspace === undefined ? ' on the server' : ` in the workspace '${workspace}'`}, which '${access.actor}' does not hold.`,
  )
}
