import type { Kysely, Transaction as KyselyTransaction } from 'kysely'
import type { Tables } from './tables.ts'

/** Reads of committed data. */
export type Database = Kysely<Tables>
/** A parameter of this type says: must be called inside {@link Store.write}. */
export type Transaction = KyselyTransaction<Tables>

/**
 * How durable a change must be before `write` resolves. `synced`: on the disk (state changes, registry, audit, events).
 * `survivesKill`: kept when the process dies, on the disk within a second (metric points).
 */
export type Durability = 'synced' | 'survivesKill'

/**
 * The database. `read` never sees an open transaction. `write` calls that arrive in one turn of the event loop share one commit (each in
 * a savepoint of its own, so that one that throws takes nothing of the others with it).
 */
export interface Store {
  readonly read: Database
  write<Result>(work: (transaction: Transaction) => Promise<Result>, durability?: Durability): Promise<Result>
  /** Called after every commit. */
  onCommit(listener: () => void): void
  close(): Promise<void>
}

/** One step of a room's schema; forward only, applied once, in the order main lists them. */
export interface Migration {
  readonly name: string
  up(transaction: Transaction): Promise<void>
}
