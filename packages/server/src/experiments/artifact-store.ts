import type { TreeEntry } from '@modelyard/platform'
import type { Database, Transaction } from '../platform/index.ts'

type Handle = Database | Transaction

/** Keeps or replaces files of an owner: a run or a logged model. */
export async function upsertArtifacts(
  tx: Transaction,
  ownerId: string,
  entries: readonly TreeEntry[],
  at: number,
): Promise<void> {
  for (let start = 0; start < entries.length; start += 500) {
    await tx
      .insertInto('artifact')
      .values(
        entries.slice(start, start + 500).map((entry) => ({
          owner_id: ownerId,
          path: entry.path,
          digest: entry.digest,
          size_bytes: entry.sizeBytes,
          mode: entry.mode,
          stored_at: at,
        })),
      )
      .onConflict((conflict) =>
        conflict.columns(['owner_id', 'path']).doUpdateSet((set) => ({
          digest: set.ref('excluded.digest'),
          size_bytes: set.ref('excluded.size_bytes'),
          mode: set.ref('excluded.mode'),
          stored_at: set.ref('excluded.stored_at'),
        })),
      )
      .execute()
  }
}

/** Files below a folder (the whole owner for ''), by path. `0` is the character after `/`: the range holds the folder's paths and no other. */
export async function listArtifactsBelow(db: Handle, ownerId: string, folder: string): Promise<TreeEntry[]> {
  let query = db.selectFrom('artifact').selectAll().where('owner_id', '=', ownerId)
  if (folder !== '') query = query.where('path', '>=', `${folder}/`).where('path', '<', `${folder}0`)
  const rows = await query.orderBy('path').execute()
  return rows.map((row) => ({ path: row.path, digest: row.digest, sizeBytes: row.size_bytes, mode: row.mode }))
}

export async function findArtifact(db: Handle, ownerId: string, path: string): Promise<TreeEntry | undefined> {
  const row = await db
    .selectFrom('artifact')
    .selectAll()
    .where('owner_id', '=', ownerId)
    .where('path', '=', path)
    .executeTakeFirst()
  return row === undefined
    ? undefined
    : { path: row.path, digest: row.digest, sizeBytes: row.size_bytes, mode: row.mode }
}

/** Removes a file, or a folder with all below it; says how many files went. */
export async function deleteArtifacts(tx: Transaction, ownerId: string, path: string): Promise<number> {
  const result = await tx
    .deleteFrom('artifact')
    .where('owner_id', '=', ownerId)
    .where((where) =>
      where.or([
        where('path', '=', path),
        where.and([where('path', '>=', `${path}/`), where('path', '<', `${path}0`)]),
      ]),
    )
    .executeTakeFirst()
  return Number(result.numDeletedRows)
}
