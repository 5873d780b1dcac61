import type { Models } from '../../models/index.ts'
import type { Transaction } from '../../platform/index.ts'
import type { By } from '../endpoint-service.ts'
import { findDeployment } from '../endpoint-store.ts'
import type { RolloutTable } from './rollout-tables.ts'

const champion = 'champion'

/** Who has all the traffic is the champion of its model: the alias moves with the promotion, and back with its rollback. */
export function createPromotion(models: Models) {
  /** The version that is the champion now, to be kept for a rollback. */
  async function championOf(tx: Transaction, row: RolloutTable): Promise<number | null> {
    const version = await versionOf(tx, row)
    if (version === undefined) return null
    return (await models.findAlias(tx, row.workspace, version.model, champion))?.version ?? null
  }

  /** A deployment of no registered version changes nothing. */
  async function promote(tx: Transaction, row: RolloutTable, by: By): Promise<void> {
    const version = await versionOf(tx, row)
    if (version !== undefined) await models.setAlias(tx, row.workspace, version.model, champion, version.version, by)
  }

  async function restore(tx: Transaction, row: RolloutTable, by: By): Promise<void> {
    if (row.state !== 'promoted' || row.previous_champion === null) return
    const version = await versionOf(tx, row)
    if (version === undefined) return
    const now = await models.findAlias(tx, row.workspace, version.model, champion)
    // Somebody made another one the champion since; that stays.
    if (now?.version !== version.version) return
    const previous = await models.findVersion(tx, row.workspace, version.model, row.previous_champion)
    if (previous === undefined) return
    await models.setAlias(tx, row.workspace, version.model, champion, previous.version, by)
  }

  async function versionOf(tx: Transaction, row: RolloutTable) {
    const deployment = await findDeployment(tx, row.workspace, row.endpoint, row.deployment)
    if (deployment?.model_name == null || deployment.model_version === null) return undefined
    return models.findVersion(tx, row.workspace, deployment.model_name, Number(deployment.model_version))
  }

  return { championOf, promote, restore }
}
