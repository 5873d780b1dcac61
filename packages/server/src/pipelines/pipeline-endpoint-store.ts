import { decodeCursor, type Database, type Transaction } from '../platform/index.ts'
import type { PipelineEndpointTable, PipelineEndpointVersionTable } from './pipeline-tables.ts'

/** By id, or by name: an id begins with a prefix and a name that looks like one is found second. */
export async function findEndpoint(
  db: Database,
  workspace: string,
  idOrName: string,
): Promise<PipelineEndpointTable | undefined> {
  const query = db.selectFrom('pipeline_endpoint').selectAll().where('workspace', '=', workspace)
  return (
    (await query.where('id', '=', idOrName).executeTakeFirst()) ??
    (await query.where('name', '=', idOrName).executeTakeFirst())
  )
}

/** Newest first. */
export function listEndpoints(
  db: Database,
  workspace: string,
  limit: number,
  pageToken?: string,
): Promise<PipelineEndpointTable[]> {
  let query = db
    .selectFrom('pipeline_endpoint')
    .selectAll()
    .where('workspace', '=', workspace)
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
  const after = decodeCursor(pageToken, 2)
  if (after !== undefined) {
    const [at, id] = [Number(after[0]), String(after[1])]
    query = query.where((where) =>
      where.or([where('created_at', '<', at), where.and([where('created_at', '=', at), where('id', '<', id)])]),
    )
  }
  return query.execute()
}

/** The versions of an endpoint with the pipelines behind them, in order. */
export function listEndpointVersions(db: Database, endpointId: string) {
  return db
    .selectFrom('pipeline_endpoint_version')
    .innerJoin('pipeline', 'pipeline.id', 'pipeline_endpoint_version.pipeline_id')
    .select([
      'pipeline_endpoint_version.version',
      'pipeline_endpoint_version.pipeline_id',
      'pipeline_endpoint_version.created_at',
      'pipeline.name as pipeline_name',
      'pipeline.version as pipeline_version',
    ])
    .where('pipeline_endpoint_version.endpoint_id', '=', endpointId)
    .orderBy('pipeline_endpoint_version.version')
    .execute()
}

export async function insertEndpoint(tx: Transaction, row: PipelineEndpointTable): Promise<void> {
  await tx.insertInto('pipeline_endpoint').values(row).execute()
}

export async function updateEndpoint(
  tx: Transaction,
  id: string,
  change: Partial<Pick<PipelineEndpointTable, 'name' | 'description' | 'enabled' | 'default_version' | 'updated_at'>>,
): Promise<void> {
  await tx.updateTable('pipeline_endpoint').set(change).where('id', '=', id).execute()
}

export async function insertEndpointVersion(tx: Transaction, row: PipelineEndpointVersionTable): Promise<void> {
  await tx.insertInto('pipeline_endpoint_version').values(row).execute()
}

export async function nextEndpointVersion(tx: Transaction, endpointId: string): Promise<number> {
  const row = await tx
    .selectFrom('pipeline_endpoint_version')
    .select((select) => select.fn.max('version').as('last'))
    .where('endpoint_id', '=', endpointId)
    .executeTakeFirst()
  return row?.last === undefined || row.last === null ? 0 : Number(row.last) + 1
}
