import type { Selectable } from 'kysely'
import type { RunStatus } from '@modelyard/contract'
import type { Database, Transaction } from '../platform/index.ts'
import type { RunInput, RunRecord } from './run.ts'
import type { RunTable } from './run-tables.ts'

type Handle = Database | Transaction

/** Rows per statement where a list of ids or of values goes into one. */
const perStatement = 500

export function toRun(row: Selectable<RunTable>): RunRecord {
  return {
    id: row.id,
    workspace: row.workspace,
    experimentId: row.experiment_id,
    name: row.name,
    status: row.status,
    lifecycle: row.lifecycle,
    createdBy: row.created_by,
    startedAt: row.started_at,
    endedAt: row.ended_at,
    parentRunId: row.parent_run_id,
    jobId: row.job_id,
    step: row.step,
  }
}

export async function insertRun(tx: Transaction, run: RunRecord): Promise<void> {
  await tx
    .insertInto('run')
    .values({
      id: run.id,
      workspace: run.workspace,
      experiment_id: run.experimentId,
      name: run.name,
      status: run.status,
      lifecycle: run.lifecycle,
      created_by: run.createdBy,
      started_at: run.startedAt,
      ended_at: run.endedAt,
      parent_run_id: run.parentRunId,
      job_id: run.jobId,
      step: run.step,
    })
    .execute()
}

export async function findRunById(db: Handle, id: string): Promise<RunRecord | undefined> {
  const row = await db.selectFrom('run').selectAll().where('id', '=', id).executeTakeFirst()
  return row === undefined ? undefined : toRun(row)
}

export async function updateRunRow(
  tx: Transaction,
  id: string,
  change: {
    name?: string
    status?: RunStatus
    started_at?: number
    ended_at?: number | null
    lifecycle?: 'active' | 'deleted'
    parent_run_id?: string | null
  },
): Promise<void> {
  await tx.updateTable('run').set(change).where('id', '=', id).execute()
}

export async function setLifecycleOfRuns(
  tx: Transaction,
  experimentId: string,
  lifecycle: 'active' | 'deleted',
): Promise<void> {
  await tx.updateTable('run').set({ lifecycle }).where('experiment_id', '=', experimentId).execute()
}

export async function listChildren(
  db: Handle,
  runId: string,
): Promise<{ id: string; name: string; status: RunStatus }[]> {
  return await db
    .selectFrom('run')
    .select(['id', 'name', 'status'])
    .where('parent_run_id', '=', runId)
    .where('lifecycle', '=', 'active')
    .orderBy('started_at')
    .orderBy('id')
    .limit(1000)
    .execute()
}

/** Inserts what is new; returns the values that the names had before. */
export async function insertParameters(
  tx: Transaction,
  runId: string,
  parameters: Readonly<Record<string, string>>,
): Promise<Map<string, string>> {
  const names = Object.keys(parameters)
  const known = new Map<string, string>()
  for (let start = 0; start < names.length; start += perStatement) {
    const part = names.slice(start, start + perStatement)
    const rows = await tx
      .selectFrom('run_parameter')
      .select(['name', 'value'])
      .where('run_id', '=', runId)
      .where('name', 'in', part)
      .execute()
    for (const row of rows) known.set(row.name, row.value)
    const values = part
      .filter((name) => !known.has(name))
      .map((name) => ({ run_id: runId, name, value: parameters[name] ?? '' }))
    if (values.length > 0) await tx.insertInto('run_parameter').values(values).execute()
  }
  return known
}

export async function upsertRunTags(
  tx: Transaction,
  runId: string,
  tags: Readonly<Record<string, string>>,
): Promise<void> {
  const values = Object.entries(tags).map(([name, value]) => ({ run_id: runId, name, value }))
  for (let start = 0; start < values.length; start += perStatement) {
    await tx
      .insertInto('run_tag')
      .values(values.slice(start, start + perStatement))
      .onConflict((conflict) =>
        conflict.columns(['run_id', 'name']).doUpdateSet((set) => ({ value: set.ref('excluded.value') })),
      )
      .execute()
  }
}

/** Whether the tag was there. */
export async function deleteRunTagRow(tx: Transaction, runId: string, name: string): Promise<boolean> {
  const result = await tx.deleteFrom('run_tag').where('run_id', '=', runId).where('name', '=', name).executeTakeFirst()
  return result.numDeletedRows > 0n
}

export async function upsertRunInputs(tx: Transaction, runId: string, inputs: readonly RunInput[]): Promise<void> {
  for (const input of inputs) {
    await tx
      .insertInto('run_input')
      .values({
        run_id: runId,
        name: input.name,
        digest: input.digest,
        context: input.context ?? '',
        source_type: input.sourceType ?? '',
        source: input.source ?? '',
        schema: input.schema ?? null,
        profile: input.profile ?? null,
        tags: JSON.stringify(input.tags ?? {}),
      })
      .onConflict((conflict) => conflict.columns(['run_id', 'name', 'digest']).doNothing())
      .execute()
  }
}

export interface RunDetails {
  readonly parameters: Record<string, string>
  readonly tags: Record<string, string>
  readonly inputs: Required<RunInput>[]
}

/** Parameters, tags and inputs of runs, in three queries whatever their number (per {@link perStatement} runs). */
export async function loadRunDetails(db: Handle, ids: readonly string[]): Promise<Map<string, RunDetails>> {
  const details = new Map<string, RunDetails>(ids.map((id) => [id, { parameters: {}, tags: {}, inputs: [] }]))
  for (let start = 0; start < ids.length; start += perStatement) {
    const part = ids.slice(start, start + perStatement)
    const parameters = await db.selectFrom('run_parameter').selectAll().where('run_id', 'in', part).execute()
    for (const row of parameters) setOwn(details.get(row.run_id)?.parameters, row.name, row.value)
    const tags = await db.selectFrom('run_tag').selectAll().where('run_id', 'in', part).execute()
    for (const row of tags) setOwn(details.get(row.run_id)?.tags, row.name, row.value)
    const inputs = await db.selectFrom('run_input').selectAll().where('run_id', 'in', part).execute()
    for (const row of inputs)
      details.get(row.run_id)?.inputs.push({
        name: row.name,
        digest: row.digest,
        context: row.context,
        sourceType: row.source_type,
        source: row.source,
        schema: row.schema,
        profile: row.profile,
        tags: JSON.parse(row.tags) as Record<string, string>,
      })
  }
  return details
}

/** Sets a key that a client chose: `__proto__` becomes a key like any other. */
function setOwn(target: Record<string, string> | undefined, name: string, value: string): void {
  if (target !== undefined)
    Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true })
}
