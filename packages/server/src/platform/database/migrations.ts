import type { Clock } from '@modelyard/platform'
import type { Migration, Store } from './database.ts'

/** The tables every room needs. */
export const platformMigrations: readonly Migration[] = [
  {
    name: 'platform/0001-events',
    async up(transaction) {
      await transaction.schema
        .createTable('event')
        .addColumn('seq', 'integer', (column) => column.primaryKey().autoIncrement())
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('subject', 'text', (column) => column.notNull())
        .addColumn('workspace', 'text')
        .addColumn('actor', 'text', (column) => column.notNull())
        .addColumn('at', 'bigint', (column) => column.notNull())
        .addColumn('request_id', 'text')
        .addColumn('data', 'text', (column) => column.notNull())
        .addColumn('before', 'text')
        .addColumn('after', 'text')
        .execute()
      await transaction.schema.createIndex('event_workspace_seq').on('event').columns(['workspace', 'seq']).execute()
      await transaction.schema
        .createTable('event_cursor')
        .addColumn('consumer', 'text', (column) => column.primaryKey())
        .addColumn('seq', 'bigint', (column) => column.notNull())
        .execute()
    },
  },
]

/** Applies what is missing, each step in a transaction with the row that remembers it: a start that dies half-way goes on where it stopped. */
export async function migrate(store: Store, migrations: readonly Migration[], clock: Clock): Promise<string[]> {
  await store.write(async (transaction) => {
    await transaction.schema
      .createTable('migration')
      .ifNotExists()
      .addColumn('name', 'text', (column) => column.primaryKey())
      .addColumn('applied_at', 'bigint', (column) => column.notNull())
      .execute()
    await transaction.schema
      .createTable('setting')
      .ifNotExists()
      .addColumn('name', 'text', (column) => column.primaryKey())
      .addColumn('value', 'text', (column) => column.notNull())
      .execute()
    await transaction
      .insertInto('setting')
      .values({ name: 'synced_at', value: '0' })
      .onConflict((conflict) => conflict.column('name').doNothing())
      .execute()
  })
  const applied = new Set((await store.read.selectFrom('migration').select('name').execute()).map((row) => row.name))
  const known = new Set(migrations.map((migration) => migration.name))
  const newer = [...applied].filter((name) => !known.has(name))
  if (newer.length > 0)
    throw new Error(`This home was used by a newer version (it has ${newer.join(', ')}); start that version.`)
  const missing = migrations.filter((migration) => !applied.has(migration.name))
  for (const migration of missing) {
    await store.write(async (transaction) => {
      await migration.up(transaction)
      await transaction.insertInto('migration').values({ name: migration.name, applied_at: clock.now() }).execute()
    })
  }
  return missing.map((migration) => migration.name)
}
