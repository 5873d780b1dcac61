import { decodeCursor, type Database, type Transaction } from '../platform/index.ts'
import type { EnvironmentTable } from './environment-tables.ts'

export function findVersion(
  db: Database,
  workspace: string,
  name: string,
  version: string,
): Promise<EnvironmentTable | undefined> {
  const query = db.selectFrom('environment').selectAll().where('workspace', '=', workspace).where('name', '=', name)
  return (
    version === 'latest' ? query.orderBy('position', 'desc').limit(1) : query.where('version', '=', version)
  ).executeTakeFirst()
}

export function findByContent(
  db: Database,
  workspace: string,
  name: string,
  contentDigest: string,
): Promise<EnvironmentTable | undefined> {
  return db
    .selectFrom('environment')
    .selectAll()
    .where('workspace', '=', workspace)
    .where('name', '=', name)
    .where('content_digest', '=', contentDigest)
    .orderBy('position', 'desc')
    .limit(1)
    .executeTakeFirst()
}

export function listVersions(db: Database, workspace: string, name: string): Promise<EnvironmentTable[]> {
  return db
    .selectFrom('environment')
    .selectAll()
    .where('workspace', '=', workspace)
    .where('name', '=', name)
    .orderBy('position', 'desc')
    .limit(1000)
    .execute()
}

export async function insertVersion(tx: Transaction, row: EnvironmentTable): Promise<void> {
  await tx.insertInto('environment').values(row).execute()
}

/** The newest version of each name, with when its first and last versions were made. */
export async function listEnvironments(db: Database, workspace: string, limit: number, pageToken?: string) {
  let query = db
    .selectFrom('environment')
    .innerJoin(
      (select) =>
        select
          .selectFrom('environment')
          .select((inner) => [
            'name',
            inner.fn.max('position').as('position'),
            inner.fn.min('created_at').as('first_at'),
            inner.fn.max('created_at').as('last_at'),
          ])
          .where('workspace', '=', workspace)
          .groupBy('name')
          .as('newest'),
      (join) =>
        join.onRef('newest.name', '=', 'environment.name').onRef('newest.position', '=', 'environment.position'),
    )
    .select(['environment.name', 'environment.version', 'environment.description', 'first_at', 'last_at'])
    .where('environment.workspace', '=', workspace)
    .orderBy('environment.name')
    .limit(limit)
  const after = decodeCursor(pageToken, 1)
  if (after !== undefined) query = query.where('environment.name', '>', String(after[0]))
  return query.execute()
}

export async function listNames(db: Database, workspace: string): Promise<string[]> {
  const rows = await db
    .selectFrom('environment')
    .select('name')
    .distinct()
    .where('workspace', '=', workspace)
    .orderBy('name')
    .limit(1000)
    .execute()
  return rows.map((row) => row.name)
}
