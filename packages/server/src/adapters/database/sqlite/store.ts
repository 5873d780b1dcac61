import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { Kysely, SqliteDialect, type ControlledTransaction } from 'kysely'
import type { Clock } from '@modelyard/platform'
import type { Durability, Store, Transaction } from '../../../platform/index.ts'
import type { Tables } from '../../../platform/database/tables.ts'
import { SqliteConnection } from './dialect.ts'

interface Waiting {
  work: (transaction: Transaction) => Promise<unknown>
  durability: Durability
  resolve: (result: unknown) => void
  reject: (reason: unknown) => void
}

/** Greatest number of writes in one commit: bounds how long a reader of the answer waits. */
const largestGroup = 256

/** The embedded store: one writing and one reading connection on a WAL database, with group commit. */
export function openSqliteStore(path: string, clock: Clock): Store {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const writing = new SqliteConnection(path, { readOnly: false })
  writing.database.exec(
    'pragma journal_mode = wal; pragma synchronous = full; pragma wal_autocheckpoint = 4000; pragma temp_store = memory',
  )
  const reading = new SqliteConnection(path, { readOnly: true })
  // LIKE tells upper from lower case, as it does in Postgres.
  for (const connection of [writing, reading]) connection.database.exec('pragma case_sensitive_like = on')
  const writer = new Kysely<Tables>({ dialect: new SqliteDialect({ database: writing }) })
  const reader = new Kysely<Tables>({ dialect: new SqliteDialect({ database: reading }) })
  const listeners: (() => void)[] = []
  let queue: Waiting[] = []
  let running: Promise<void> | undefined
  let unsynced = false
  let closed = false

  // What was committed without a sync reaches the disk with the next synced commit, at the latest after a second.
  const syncTimer = clock.every(1000, () => {
    if (unsynced) void store.write(async () => undefined, 'synced').catch(() => undefined)
  })

  async function drain(): Promise<void> {
    // One turn of the event loop, so that what arrives together is committed together.
    await new Promise<void>((resolve) => setImmediate(resolve))
    while (queue.length > 0) {
      const group = queue.slice(0, largestGroup)
      queue = queue.slice(largestGroup)
      await commitGroup(group)
      for (const listener of listeners) listener()
    }
    running = undefined
  }

  async function commitGroup(group: readonly Waiting[]): Promise<void> {
    const synced = group.some((waiting) => waiting.durability === 'synced')
    writing.database.exec(synced ? 'pragma synchronous = full' : 'pragma synchronous = normal')
    const outcomes: (() => void)[] = []
    const transaction = await writer.startTransaction().execute()
    try {
      if (synced && unsynced)
        await transaction
          .updateTable('setting')
          .set({ value: String(clock.now()) })
          .where('name', '=', 'synced_at')
          .execute()
      for (const waiting of group) outcomes.push(await runInSavepoint(transaction, waiting, group.length === 1))
      await transaction.commit().execute()
      unsynced = !synced
    } catch (error) {
      if (!transaction.isCommitted && !transaction.isRolledBack) await transaction.rollback().execute()
      for (const waiting of group) waiting.reject(error)
      return
    }
    for (const settle of outcomes) settle()
  }

  const store: Store = {
    read: reader,
    write<Result>(
      work: (transaction: Transaction) => Promise<Result>,
      durability: Durability = 'synced',
    ): Promise<Result> {
      if (closed) return Promise.reject(new Error('the database is closed'))
      const { promise, resolve, reject } = Promise.withResolvers<Result>()
      queue.push({ work, durability, resolve: (result) => resolve(result as Result), reject })
      running ??= drain()
      return promise
    },
    onCommit: (listener) => void listeners.push(listener),
    async close() {
      closed = true
      syncTimer.cancel()
      await running
      await writer.destroy()
      await reader.destroy()
    },
  }
  return store
}

/** Runs one write; when it throws, only its own changes go. A write that is alone needs no savepoint: its rollback is the transaction's. */
async function runInSavepoint(
  transaction: ControlledTransaction<Tables>,
  waiting: Waiting,
  alone: boolean,
): Promise<() => void> {
  if (alone) {
    const result = await waiting.work(transaction)
    return () => waiting.resolve(result)
  }
  const savepoint = await transaction.savepoint('member').execute()
  try {
    const result = await waiting.work(savepoint)
    await savepoint.releaseSavepoint('member').execute()
    return () => waiting.resolve(result)
  } catch (error) {
    await savepoint.rollbackToSavepoint('member').execute()
    return () => waiting.reject(error)
  }
}
