import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock, type Timer } from '@modelyard/platform'
import { defaultLimits, type CollectionContext, type CollectionLimits } from './collection-limits.ts'
import { DeploymentCollection } from './deployment-collection.ts'

const roundMs = 25
const rowsWithinMs = 1500
const slug = /^[a-z0-9][a-z0-9-]{0,62}$/

/** The collections of a gateway, by deployment. Those that an earlier gateway left are found and settled. */
export class Collections {
  readonly #home: string
  readonly #context: CollectionContext
  readonly #known = new Map<string, DeploymentCollection>()
  readonly #timer: Timer

  constructor(home: string, limits: Partial<CollectionLimits> = {}) {
    this.#home = home
    let segments = 0
    this.#context = {
      clock: systemClock,
      limits: { ...defaultLimits, ...limits },
      heldBytes: 0,
      nextSegment: () => `${systemClock.now()}-${process.pid}-${++segments}`,
    }
    for (const [workspace, endpoint, deployment] of this.#leftBehind()) this.of(workspace, endpoint, deployment)
    this.#timer = systemClock.every(roundMs, () => {
      for (const collection of this.#known.values()) if (collection.busy) collection.tick()
    })
  }

  of(workspace: string, endpoint: string, deployment: string): DeploymentCollection {
    const key = join(workspace, endpoint, deployment)
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const collection = new DeploymentCollection(
      join(this.#home, 'collected', key),
      join(this.#home, 'gateway', 'counters', key),
      this.#context,
    )
    this.#known.set(key, collection)
    return collection
  }

  /** Settles what an earlier gateway left. */
  async recover(): Promise<void> {
    await Promise.all([...this.#known.values()].map((collection) => collection.rotate()))
  }

  /** Closes the segments of an endpoint, and waits for those of collectors in its scoring scripts, which close theirs every second. */
  async rotate(workspace: string, endpoint: string): Promise<void> {
    const mine = [...this.#known].filter(([key]) => key.startsWith(`${workspace}/${endpoint}/`))
    await Promise.all(
      mine.map(async ([, collection]) => {
        await collection.rotate()
        await this.#rowsClosed(collection)
      }),
    )
  }

  async #rowsClosed(collection: DeploymentCollection): Promise<void> {
    const mine = `-${process.pid}-`
    const written = (): boolean => {
      try {
        return readdirSync(collection.segmentsFolder).some((name) => name.endsWith('.open') && !name.includes(mine))
      } catch {
        return false
      }
    }
    const deadline = systemClock.monotonic() + rowsWithinMs
    while (written() && systemClock.monotonic() < deadline) await systemClock.sleep(50)
  }

  /** A deployment was taken away: its segments are closed, and one of the same name begins at zero. */
  async remove(workspace: string, endpoint: string, deployment: string): Promise<void> {
    const key = join(workspace, endpoint, deployment)
    const collection = this.#known.get(key)
    if (collection === undefined) return
    await collection.rotate()
    if (this.#known.get(key) !== collection) return
    this.#known.delete(key)
    await collection.close(true)
  }

  async stop(): Promise<void> {
    this.#timer.cancel()
    await Promise.all([...this.#known.values()].map((collection) => collection.close(false)))
  }

  *#leftBehind(): Generator<[string, string, string]> {
    for (const root of [join(this.#home, 'collected'), join(this.#home, 'gateway', 'counters')])
      for (const workspace of slugsIn(root))
        for (const endpoint of slugsIn(join(root, workspace)))
          for (const deployment of slugsIn(join(root, workspace, endpoint))) yield [workspace, endpoint, deployment]
  }
}

function slugsIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => slug.test(name))
  } catch {
    return []
  }
}
