import type { DeploymentState, Failure, RoutingTable } from '@modelyard/contract'
import { appendEvent, type Platform } from '../platform/index.ts'
import type { DeployTarget, ServedDeployment } from './deploy-target.ts'
import { changeDeployment, listAllDeployments, nextRoutingVersion } from './endpoint-store.ts'
import type { DeploymentTable } from './endpoint-tables.ts'

const lookEveryMs = 250
const appliedWithinMs = 5000

/** Brings the data plane to what is wanted, and what is known to what it is. */
export function createEndpointLoop(
  platform: Platform,
  target: DeployTarget,
  routing: () => (version: number) => Promise<RoutingTable>,
) {
  let wantsTable = true
  let version = 0
  let stopping = false
  let running: Promise<void> | undefined
  let again = false
  let served: readonly ServedDeployment[] = []
  // Changes are numbered: what was asked for, and what the data plane follows and has told about since.
  let asked = 1
  let applied = 0
  const waiting = new Set<() => void>()

  async function pass(): Promise<void> {
    do {
      again = false
      const rows = await listAllDeployments(platform.store.read)
      const used = rows.length > 0 || wantsTable || served.length > 0
      if (!used || stopping) break
      const following = asked
      if (wantsTable) {
        wantsTable = false
        version = await platform.store.write(nextRoutingVersion)
      }
      await target.ensure(await routing()(version))
      const status = await target.status()
      served = status ?? served
      if (status !== undefined) tellApplied(following)
      await reconcile(rows)
    } while (again)
    running = undefined
  }

  function tellApplied(change: number): void {
    applied = change
    if (applied < asked) return
    for (const resolve of waiting) resolve()
    waiting.clear()
  }

  async function reconcile(rows: readonly DeploymentTable[]): Promise<void> {
    for (const row of rows) {
      const found = served.find(
        (candidate) =>
          candidate.workspace === row.workspace &&
          candidate.endpoint === row.endpoint &&
          candidate.deployment === row.name &&
          candidate.revision === row.revision,
      )
      if (found === undefined) continue
      const state: DeploymentState =
        found.state === 'ready'
          ? 'ready'
          : found.state === 'failed'
            ? 'failed'
            : row.state === 'updating'
              ? 'updating'
              : 'starting'
      if (state !== row.state) await change(row, state, found)
    }
  }

  async function change(row: DeploymentTable, state: DeploymentState, found: ServedDeployment): Promise<void> {
    const failure: Failure | null =
      found.failure === null || state !== 'failed'
        ? null
        : {
            code: 'deployment_failed',
            message: found.failure.message,
            logTail: found.failure.traceback.split('\n').slice(-60),
          }
    await platform.store.write(async (tx) => {
      const changed = await changeDeployment(
        tx,
        row,
        {
          state,
          reason: failure?.message ?? '',
          error: failure === null ? null : JSON.stringify(failure),
          updated_at: platform.clock.now(),
        },
        row.revision,
      )
      if (!changed) return
      await appendEvent(tx, {
        name: 'deployment.changed',
        subject: `${row.endpoint}/${row.name}`,
        workspace: row.workspace,
        actor: 'system',
        at: platform.clock.now(),
        data: { endpoint: row.endpoint, deployment: row.name, state },
        before: { state: row.state },
        after: { state, reason: failure?.message ?? '' },
      })
    })
  }

  function wake(): void {
    if (stopping) return
    if (running !== undefined) {
      again = true
      return
    }
    running = pass().catch((error: unknown) => {
      running = undefined
      wantsTable = true
      platform.logger.error({ err: error }, 'the gateway could not be brought up to date; it is tried again')
    })
  }

  /** Resolves when the data plane follows everything that was changed before; after a limit also when it does not answer. */
  async function whenApplied(): Promise<void> {
    if (applied >= asked || stopping) return
    const { promise, resolve } = Promise.withResolvers<void>()
    waiting.add(resolve)
    const limit = platform.clock.after(appliedWithinMs, resolve)
    await promise
    limit.cancel()
    waiting.delete(resolve)
  }

  const timer = platform.clock.every(lookEveryMs, wake)

  return {
    /** Something that the gateway serves has changed; resolves when predictions go by it. */
    changed(): Promise<void> {
      wantsTable = true
      asked++
      wake()
      return whenApplied()
    },
    wake,
    served: () => served,
    isApplied: () => applied >= asked,
    async stop() {
      stopping = true
      timer.cancel()
      await running
      await target.stop()
    },
  }
}
