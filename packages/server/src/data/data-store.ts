import { decodeCursor, type Database, type Transaction } from '../platform/index.ts'
import type { DataAssetTable } from './data-tables.ts'

const chunk = 500

/** Which of these digests a workspace may see. */
export async function listVisible(db: Database, workspace: string, digests: readonly string[]): Promise<Set<string>> {
  const found = new Set<string>()
  for (let start = 0; start < digests.length; start += chunk) {
    const rows = await db
      .selectFrom('workspace_blob')
      .select('digest')
      .where('workspace', '=', workspace)
      .where('digest', 'in', digests.slice(start, start + chunk))
      .execute()
    for (const row of rows) found.add(row.digest)
  }
  return found
}

export async function grantBlobs(tx: Transaction, workspace: string, digests: readonly string[]): Promise<void> {
  for (let start = 0; start < digests.length; start += chunk) {
    const rows = digests.slice(start, start + chunk).map((digest) => ({ workspace, digest }))
    await tx
      .insertInto('workspace_blob')
      .values(rows)
      .onConflict((conflict) => conflict.columns(['workspace', 'digest']).doNothing())
      .execute()
  }
}

export function findVersion(
  db: Database,
  workspace: string,
  name: string,
  version: number | 'latest',
): Promise<DataAssetTable | undefined> {
  const query = db.selectFrom('data_asset').selectAll().where('workspace', '=', workspace).where('name', '=', name)
  return (
    version === 'latest' ? query.orderBy('version', 'desc').limit(1) : query.where('version', '=', version)
  ).executeTakeFirst()
}

export function findByDigest(
  db: Database,
  workspace: string,
  name: string,
  digest: string,
): Promise<DataAssetTable | undefined> {
  return db
    .selectFrom('data_asset')
    .selectAll()
    .where('workspace', '=', workspace)
    .where('name', '=', name)
    .where('digest', '=', digest)
    .orderBy('version', 'desc')
    .limit(1)
    .executeTakeFirst()
}

export function listVersions(db: Database, workspace: string, name: string): Promise<DataAssetTable[]> {
  return db
    .selectFrom('data_asset')
    .selectAll()
    .where('workspace', '=', workspace)
    .where('name', '=', name)
    .orderBy('version', 'desc')
    .limit(1000)
    .execute()
}

/** Versions made since a moment, newest first. */
export function listRecentVersions(
  db: Database,
  workspace: string,
  since: number,
  limit: number,
): Promise<DataAssetTable[]> {
  return db
    .selectFrom('data_asset')
    .selectAll()
    .where('workspace', '=', workspace)
    .where('created_at', '>', since)
    .orderBy('created_at', 'desc')
    .limit(limit)
    .execute()
}

export async function insertVersion(tx: Transaction, row: DataAssetTable): Promise<void> {
  await tx.insertInto('data_asset').values(row).execute()
}

/** Names with their newest version and when the first and the last were made. */
export async function listAssets(db: Database, workspace: string, limit: number, pageToken?: string) {
  let query = db
    .selectFrom('data_asset')
    .select((select) => [
      'name',
      'type',
      select.fn.max('version').as('version'),
      select.fn.min('created_at').as('created_at'),
      select.fn.max('created_at').as('updated_at'),
    ])
    .where('workspace', '=', workspace)
    .groupBy(['name', 'type'])
    .orderBy('name')
    .limit(limit)
  const after = decodeCursor(pageToken, 1)
  if (after !== undefined) query = query.where('name', '>', String(after[0]))
  return query.execute()
}

export async function countAssets(db: Database, workspace: string): Promise<number> {
  const row = await db
    .selectFrom('data_asset')
    .select((select) => select.fn.count<number>('name').distinct().as('count'))
    .where('workspace', '=', workspace)
    .executeTakeFirstOrThrow()
  return Number(row.count)
}
