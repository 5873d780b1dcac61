import type { Role } from '@modelyard/contract'
import { decodeCursor, type Database, type Transaction } from '../platform/index.ts'
import type { PrincipalTable, RoleAssignmentTable, TokenTable } from './principals-tables.ts'

export function findPrincipal(db: Database, name: string): Promise<PrincipalTable | undefined> {
  return db.selectFrom('principal').selectAll().where('name', '=', name).executeTakeFirst()
}

export function listPrincipals(db: Database, limit: number, pageToken?: string): Promise<PrincipalTable[]> {
  let query = db.selectFrom('principal').selectAll().orderBy('name').limit(limit)
  const after = decodeCursor(pageToken, 1)
  if (after !== undefined) query = query.where('name', '>', String(after[0]))
  return query.execute()
}

export async function insertPrincipal(tx: Transaction, row: PrincipalTable): Promise<boolean> {
  const result = await tx
    .insertInto('principal')
    .values(row)
    .onConflict((conflict) => conflict.column('name').doNothing())
    .executeTakeFirst()
  return result.numInsertedOrUpdatedRows === 1n
}

/** Takes the principal's tokens, sessions and roles with it. */
export async function deletePrincipal(tx: Transaction, name: string): Promise<void> {
  for (const table of ['token', 'session', 'login_link', 'role_assignment'] as const)
    await tx.deleteFrom(table).where('principal', '=', name).execute()
  await tx.deleteFrom('principal').where('name', '=', name).execute()
}

export function listRolesOf(db: Database, principal: string): Promise<RoleAssignmentTable[]> {
  return db.selectFrom('role_assignment').selectAll().where('principal', '=', principal).execute()
}

/** Assignments that count in a workspace: its own and those of the whole server. */
export function listRolesIn(db: Database, workspace: string): Promise<RoleAssignmentTable[]> {
  return db
    .selectFrom('role_assignment')
    .selectAll()
    .where('scope', 'in', [workspace, '*'])
    .orderBy('principal')
    .orderBy('scope')
    .orderBy('role')
    .execute()
}

export async function insertRole(tx: Transaction, row: RoleAssignmentTable): Promise<boolean> {
  const result = await tx
    .insertInto('role_assignment')
    .values(row)
    .onConflict((conflict) => conflict.columns(['principal', 'role', 'scope']).doNothing())
    .executeTakeFirst()
  return result.numInsertedOrUpdatedRows === 1n
}

export async function deleteRole(tx: Transaction, principal: string, role: Role, scope: string): Promise<boolean> {
  const result = await tx
    .deleteFrom('role_assignment')
    .where('principal', '=', principal)
    .where('role', '=', role)
    .where('scope', '=', scope)
    .executeTakeFirst()
  return result.numDeletedRows === 1n
}

/** Owners of a scope besides one principal; a workspace is also owned by the server's Owners. */
export async function countOtherOwners(db: Database, scope: string, principal: string): Promise<number> {
  const row = await db
    .selectFrom('role_assignment')
    .select((select) => select.fn.countAll<number>().as('count'))
    .where('role', '=', 'Owner')
    .where('scope', 'in', scope === '*' ? ['*'] : ['*', scope])
    .where('principal', '!=', principal)
    .executeTakeFirstOrThrow()
  return Number(row.count)
}

export async function insertToken(tx: Transaction, row: TokenTable): Promise<void> {
  await tx.insertInto('token').values(row).execute()
}

export function findTokenByHash(db: Database, hash: string): Promise<TokenTable | undefined> {
  return db.selectFrom('token').selectAll().where('hash', '=', hash).executeTakeFirst()
}

export function findToken(db: Database, id: string): Promise<TokenTable | undefined> {
  return db.selectFrom('token').selectAll().where('id', '=', id).executeTakeFirst()
}

/** Tokens that people made, newest first; without `principal` everybody's. */
export function listTokens(
  db: Database,
  principal: string | undefined,
  limit: number,
  pageToken?: string,
): Promise<TokenTable[]> {
  let query = db
    .selectFrom('token')
    .selectAll()
    .where('run_id', 'is', null)
    .where('node_id', 'is', null)
    .orderBy('id', 'desc')
    .limit(limit)
  if (principal !== undefined) query = query.where('principal', '=', principal)
  const after = decodeCursor(pageToken, 1)
  if (after !== undefined) query = query.where('id', '<', String(after[0]))
  return query.execute()
}

export async function deleteToken(tx: Transaction, id: string): Promise<void> {
  await tx.deleteFrom('token').where('id', '=', id).execute()
}

export async function deleteTokensOf(tx: Transaction, of: { runId?: string; nodeId?: string }): Promise<void> {
  if (of.runId !== undefined) await tx.deleteFrom('token').where('run_id', '=', of.runId).execute()
  if (of.nodeId !== undefined) await tx.deleteFrom('token').where('node_id', '=', of.nodeId).execute()
}

export async function touchTokens(tx: Transaction, used: ReadonlyMap<string, number>): Promise<void> {
  for (const [id, at] of used) await tx.updateTable('token').set({ last_used_at: at }).where('id', '=', id).execute()
}

export async function insertSession(
  tx: Transaction,
  row: { hash: string; principal: string; created_at: number; expires_at: number },
): Promise<void> {
  await tx.insertInto('session').values(row).execute()
}

export function findSession(
  db: Database,
  hash: string,
): Promise<{ principal: string; expires_at: number } | undefined> {
  return db.selectFrom('session').select(['principal', 'expires_at']).where('hash', '=', hash).executeTakeFirst()
}

export async function deleteSession(tx: Transaction, hash: string): Promise<void> {
  await tx.deleteFrom('session').where('hash', '=', hash).execute()
}

export async function insertLoginLink(
  tx: Transaction,
  row: { hash: string; principal: string; path: string; expires_at: number },
): Promise<void> {
  await tx.insertInto('login_link').values(row).execute()
}

/** Takes a sign-in link: it is gone afterwards, whoever asks a second time gets nothing. */
export async function takeLoginLink(
  tx: Transaction,
  hash: string,
  now: number,
): Promise<{ principal: string; path: string } | undefined> {
  const row = await tx
    .deleteFrom('login_link')
    .where('hash', '=', hash)
    .returning(['principal', 'path', 'expires_at'])
    .executeTakeFirst()
  return row !== undefined && row.expires_at > now ? { principal: row.principal, path: row.path } : undefined
}

/** Hashes of the tokens, not expired, of principals that hold one of the roles in a workspace or on the server. */
export async function listTokenHashes(
  db: Database,
  workspace: string,
  roles: readonly string[],
  now: number,
): Promise<string[]> {
  const rows = await db
    .selectFrom('token')
    .innerJoin('role_assignment', 'role_assignment.principal', 'token.principal')
    .select('token.hash')
    .distinct()
    .where('token.run_id', 'is', null)
    .where('token.node_id', 'is', null)
    .where('role_assignment.scope', 'in', [workspace, '*'])
    .where('role_assignment.role', 'in', [...roles])
    .where((where) => where.or([where('token.expires_at', 'is', null), where('token.expires_at', '>', now)]))
    .execute()
  return rows.map((row) => row.hash)
}
