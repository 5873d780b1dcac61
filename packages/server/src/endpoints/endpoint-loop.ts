import type { DeploymentState, Failure, RoutingTable } from '@modelyard/contract'
import { appendEvent, type Platform } from '../platform/index.ts'
import type { DeployTarget, ServedDeployment } from './deploy-target.ts'
import { changeDeployment, listAllDeployments, nextRoutingVersion } from './endpoint-store.ts'
import type { DeploymentTable } from './endpoint-tables.ts'

const lookEveryMs = 250
/** How long a caller waits for the data plane; after it the change holds as soon as the gateway is there again. */
const appliedWithinMs = 2000

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
  let waiting: (() => void)[] = []

  async function pass(): Promise<void> {
    do {
      again = false
      // Who asked before the rows are read is answered by the table made of them.
      const answered = waiting
      waiting = []
      const rows = await listAllDeployments(platform.store.read)
      const used = rows.length > 0 || wantsTable || served.length > 0
      if (!used || stopping) break
      if (wantsTable) {
        wantsTable = false
        version = await platform.store.write(nextRoutingVersion)
      }
      await target.ensure(await routing()(version))
      for (const resolve of answered) resolve()
      served = (await target.status()) ?? served
      await reconcile(rows)
    } while (again)
    running = undefined
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

  const timer = platform.clock.every(lookEveryMs, wake)

  return {
    /** Something that the gateway serves has changed; resolves when predictions go by it. */
    changed(): Promise<void> {
      const { promise, resolve } = Promise.withResolvers<void>()
      const timer = platform.clock.after(appliedWithinMs, resolve)
      waiting.push(resolve)
      wantsTable = true
      wake()
      return promise.finally(() => timer.cancel())
    },
    wake,
    served: () => served,
    async stop() {
      stopping = true
      timer.cancel()
      await running
      await target.stop()
    },
  }
}
