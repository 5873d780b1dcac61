import type { Selectable } from 'kysely'
import type { Database, Transaction } from '../platform/index.ts'
import type { ExperimentRecord } from './experiment.ts'
import type { ExperimentTable } from './experiment-tables.ts'

type Handle = Database | Transaction

export function toExperiment(row: Selectable<ExperimentTable>): ExperimentRecord {
  return {
    id: row.id,
    workspace: row.workspace,
    name: row.name,
    lifecycle: row.lifecycle,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    createdBy: row.created_by,
  }
}

export async function findExperimentByName(
  db: Handle,
  workspace: string,
  name: string,
): Promise<ExperimentRecord | undefined> {
  const row = await db
    .selectFrom('experiment')
    .selectAll()
    .where('workspace', '=', workspace)
    .where('name', '=', name)
    .executeTakeFirst()
  return row === undefined ? undefined : toExperiment(row)
}

export async function findExperimentById(
  db: Handle,
  workspace: string,
  id: string,
): Promise<ExperimentRecord | undefined> {
  const row = await db
    .selectFrom('experiment')
    .selectAll()
    .where('id', '=', id)
    .where('workspace', '=', workspace)
    .executeTakeFirst()
  return row === undefined ? undefined : toExperiment(row)
}

/** The number after the greatest one ever given; deleted experiments keep their row, so none is given twice. */
export async function nextExperimentNumber(tx: Transaction): Promise<number> {
  const row = await tx
    .selectFrom('experiment')
    .select((select) => select.fn.max('number').as('number'))
    .executeTakeFirst()
  return Math.max(1, (row?.number ?? 0) + 1)
}

export async function insertExperiment(tx: Transaction, experiment: ExperimentRecord, number: number): Promise<void> {
  await tx
    .insertInto('experiment')
    .values({
      id: experiment.id,
      number,
      workspace: experiment.workspace,
      name: experiment.name,
      lifecycle: experiment.lifecycle,
      created_at: experiment.createdAt,
      updated_at: experiment.updatedAt,
      created_by: experiment.createdBy,
    })
    .execute()
}

export async function updateExperiment(
  tx: Transaction,
  id: string,
  change: { name?: string; lifecycle?: 'active' | 'deleted'; updated_at: number },
): Promise<void> {
  await tx.updateTable('experiment').set(change).where('id', '=', id).execute()
}

export async function setExperimentTags(
  tx: Transaction,
  experimentId: string,
  tags: Readonly<Record<string, string>>,
): Promise<void> {
  for (const [name, value] of Object.entries(tags)) {
    await tx
      .insertInto('experiment_tag')
      .values({ experiment_id: experimentId, name, value })
      .onConflict((conflict) => conflict.columns(['experiment_id', 'name']).doUpdateSet({ value }))
      .execute()
  }
}

/** Whether the tag was there. */
export async function deleteExperimentTag(tx: Transaction, experimentId: string, name: string): Promise<boolean> {
  const result = await tx
    .deleteFrom('experiment_tag')
    .where('experiment_id', '=', experimentId)
    .where('name', '=', name)
    .executeTakeFirst()
  return result.numDeletedRows > 0n
}

export async function listExperimentTags(
  db: Handle,
  ids: readonly string[],
): Promise<Map<string, Record<string, string>>> {
  const tags = new Map<string, Record<string, string>>()
  if (ids.length === 0) return tags
  const rows = await db.selectFrom('experiment_tag').selectAll().where('experiment_id', 'in', ids).execute()
  for (const row of rows) {
    const known = tags.get(row.experiment_id) ?? {}
    known[row.name] = row.value
    tags.set(row.experiment_id, known)
  }
  return tags
}

/** How many active runs an experiment has and when the last one started. */
export async function countRuns(
  db: Handle,
  ids: readonly string[],
): Promise<Map<string, { runs: number; lastRunAt: number }>> {
  if (ids.length === 0) return new Map()
  const rows = await db
    .selectFrom('run')
    .select((select) => [
      'experiment_id',
      select.fn.countAll<number>().as('runs'),
      select.fn.max('started_at').as('last'),
    ])
    .where('experiment_id', 'in', ids)
    .where('lifecycle', '=', 'active')
    .groupBy('experiment_id')
    .execute()
  return new Map(rows.map((row) => [row.experiment_id, { runs: row.runs, lastRunAt: row.last }]))
}

/** Active experiments of a workspace, last used first, after the cursor (last use, id). */
export async function listExperimentsByUse(
  db: Handle,
  workspace: string,
  limit: number,
  after: { usedAt: number; number: number } | undefined,
): Promise<(ExperimentRecord & { usedAt: number; number: number })[]> {
  const used = db
    .selectFrom('experiment')
    .selectAll('experiment')
    .select((select) =>
      select.fn
        .coalesce(
          select
            .selectFrom('run')
            .select((run) => run.fn.max('run.started_at').as('last'))
            .whereRef('run.experiment_id', '=', 'experiment.id')
            .where('run.lifecycle', '=', 'active'),
          'experiment.created_at',
        )
        .as('used_at'),
    )
    .where('experiment.workspace', '=', workspace)
    .where('experiment.lifecycle', '=', 'active')
  let query = db.selectFrom(used.as('used')).selectAll()
  if (after !== undefined)
    query = query.where((where) =>
      where.or([
        where('used_at', '<', after.usedAt),
        where.and([where('used_at', '=', after.usedAt), where('number', '<', after.number)]),
      ]),
    )
  const rows = await query.orderBy('used_at', 'desc').orderBy('number', 'desc').limit(limit).execute()
  return rows.map((row) => Object.assign(toExperiment(row), { usedAt: row.used_at, number: row.number }))
}

/** Names of experiments by id. */
export async function listExperimentNames(db: Handle, ids: readonly string[]): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map()
  const rows = await db.selectFrom('experiment').select(['id', 'name']).where('id', 'in', ids).execute()
  return new Map(rows.map((row) => [row.id, row.name]))
}

/** How many active experiments and runs a workspace has. */
export async function countTracking(db: Handle, workspace: string): Promise<{ experiments: number; runs: number }> {
  const count = async (table: 'experiment' | 'run'): Promise<number> => {
    const row = await db
      .selectFrom(table)
      .select((select) => select.fn.countAll<number>().as('count'))
      .where('workspace', '=', workspace)
      .where('lifecycle', '=', 'active')
      .executeTakeFirstOrThrow()
    return Number(row.count)
  }
  return { experiments: await count('experiment'), runs: await count('run') }
}
