import { decodeCursor, type Database, type Transaction } from '../platform/index.ts'
import { deleteRollouts } from './rollouts/rollout-store.ts'
import { deleteTelemetry } from './telemetry/telemetry-store.ts'
import type { DeploymentTable, EndpointTable } from './endpoint-tables.ts'

export function findEndpoint(db: Database, workspace: string, name: string): Promise<EndpointTable | undefined> {
  return db
    .selectFrom('endpoint')
    .selectAll()
    .where('workspace', '=', workspace)
    .where('name', '=', name)
    .executeTakeFirst()
}

export function listEndpoints(
  db: Database,
  workspace: string,
  limit: number,
  pageToken?: string,
): Promise<EndpointTable[]> {
  let query = db.selectFrom('endpoint').selectAll().where('workspace', '=', workspace).orderBy('name').limit(limit)
  const after = decodeCursor(pageToken, 1)
  if (after !== undefined) query = query.where('name', '>', String(after[0]))
  return query.execute()
}

export function listAllEndpoints(db: Database): Promise<EndpointTable[]> {
  return db.selectFrom('endpoint').selectAll().orderBy('workspace').orderBy('name').execute()
}

export async function insertEndpoint(tx: Transaction, row: EndpointTable): Promise<boolean> {
  const result = await tx
    .insertInto('endpoint')
    .values(row)
    .onConflict((conflict) => conflict.columns(['workspace', 'name']).doNothing())
    .executeTakeFirst()
  return result.numInsertedOrUpdatedRows === 1n
}

export async function changeEndpoint(
  tx: Transaction,
  workspace: string,
  name: string,
  change: Partial<EndpointTable>,
): Promise<void> {
  await tx.updateTable('endpoint').set(change).where('workspace', '=', workspace).where('name', '=', name).execute()
}

export async function deleteEndpoint(tx: Transaction, workspace: string, name: string): Promise<void> {
  await tx.deleteFrom('deployment').where('workspace', '=', workspace).where('endpoint', '=', name).execute()
  await deleteRollouts(tx, workspace, name)
  await deleteTelemetry(tx, workspace, name)
  await tx.deleteFrom('endpoint').where('workspace', '=', workspace).where('name', '=', name).execute()
}

export function findDeployment(
  db: Database,
  workspace: string,
  endpoint: string,
  name: string,
): Promise<DeploymentTable | undefined> {
  return db
    .selectFrom('deployment')
    .selectAll()
    .where('workspace', '=', workspace)
    .where('endpoint', '=', endpoint)
    .where('name', '=', name)
    .executeTakeFirst()
}

export function listDeployments(db: Database, workspace: string, endpoint: string): Promise<DeploymentTable[]> {
  return db
    .selectFrom('deployment')
    .selectAll()
    .where('workspace', '=', workspace)
    .where('endpoint', '=', endpoint)
    .orderBy('name')
    .execute()
}

export function listAllDeployments(db: Database): Promise<DeploymentTable[]> {
  return db.selectFrom('deployment').selectAll().execute()
}

export function listDeploymentsOfModel(db: Database, workspace: string, model: string): Promise<DeploymentTable[]> {
  return db
    .selectFrom('deployment')
    .selectAll()
    .where('workspace', '=', workspace)
    .where('model_name', '=', model)
    .execute()
}

export async function insertDeployment(tx: Transaction, row: DeploymentTable): Promise<boolean> {
  const result = await tx
    .insertInto('deployment')
    .values(row)
    .onConflict((conflict) => conflict.columns(['workspace', 'endpoint', 'name']).doNothing())
    .executeTakeFirst()
  return result.numInsertedOrUpdatedRows === 1n
}

/** Changes a deployment, with `revision` only while it still has that one. */
export async function changeDeployment(
  tx: Transaction,
  of: { workspace: string; endpoint: string; name: string },
  change: Partial<DeploymentTable>,
  revision?: number,
): Promise<boolean> {
  let query = tx
    .updateTable('deployment')
    .set(change)
    .where('workspace', '=', of.workspace)
    .where('endpoint', '=', of.endpoint)
    .where('name', '=', of.name)
  if (revision !== undefined) query = query.where('revision', '=', revision)
  return (await query.executeTakeFirst()).numUpdatedRows === 1n
}

export async function deleteDeployment(
  tx: Transaction,
  workspace: string,
  endpoint: string,
  name: string,
): Promise<void> {
  await tx
    .deleteFrom('deployment')
    .where('workspace', '=', workspace)
    .where('endpoint', '=', endpoint)
    .where('name', '=', name)
    .execute()
}

/** Every change of what the gateway serves has a number; it goes up by one. */
export async function nextRoutingVersion(tx: Transaction): Promise<number> {
  await tx
    .insertInto('setting')
    .values({ name: 'routing_version', value: '0' })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .execute()
  const row = await tx
    .selectFrom('setting')
    .select('value')
    .where('name', '=', 'routing_version')
    .executeTakeFirstOrThrow()
  const version = Number(row.value) + 1
  await tx
    .updateTable('setting')
    .set({ value: String(version) })
    .where('name', '=', 'routing_version')
    .execute()
  return version
}
