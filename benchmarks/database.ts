import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Kysely, SqliteDialect, type SqliteDatabase, type SqliteStatement } from 'kysely'
import { SqliteConnection } from '../packages/server/src/adapters/database/sqlite/dialect.ts'
import { compare, publish, type Subject } from './harness.ts'

/**
 * The embedded database: Node's own SQLite beside `better-sqlite3`, both behind the same query builder, with the same settings (WAL, every commit
 * synced) and prepared statements kept by their text. What is compared is the cost of the driver.
 */
interface Schema {
  point: { id: string; name: string; value: number; at: number }
}

const commits = 200
const rows = 10_000
const reads = 5000

const { values: options } = parseArgs({
  options: { json: { type: 'string' }, rounds: { type: 'string', default: '5' } },
})
const folder = await mkdtemp(join(tmpdir(), 'modelyard-bench-'))
const pragmas = 'pragma journal_mode = wal; pragma synchronous = full; pragma temp_store = memory'
try {
  const own = new SqliteConnection(join(folder, 'node.db'), { readOnly: false })
  own.database.exec(pragmas)
  const report = await compare(
    'The embedded database',
    [await subject('node:sqlite', own), await subject('better-sqlite3', openPeer(join(folder, 'peer.db')))],
    [
      { name: 'synced commit of one row', unit: 'ms', better: 'lower' },
      { name: 'rows inserted in one transaction', unit: 'rows/s', better: 'higher' },
      { name: 'row read by its key', unit: 'µs', better: 'lower' },
    ],
    Number(options.rounds),
  )
  await publish(report, options.json)
} finally {
  await rm(folder, { recursive: true, force: true })
}

async function subject(name: string, database: SqliteDatabase): Promise<Subject> {
  const db = new Kysely<Schema>({ dialect: new SqliteDialect({ database }) })
  await db.schema
    .createTable('point')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('value', 'real', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .execute()
  const row = (round: number, index: number, kind: string): Schema['point'] => ({
    id: `${kind}-${round}-${index}`,
    name: 'loss',
    value: 1 / (index + 1),
    at: index,
  })
  return {
    name,
    async measure(round) {
      const single: number[] = []
      for (let index = 0; index < commits; index++) {
        const begun = performance.now()
        await db
          .insertInto('point')
          .values(row(round, index, 'one'))
          .execute()
        single.push(performance.now() - begun)
      }
      const begun = performance.now()
      await db.transaction().execute(async (transaction) => {
        for (let index = 0; index < rows; index++)
          await transaction
            .insertInto('point')
            .values(row(round, index, 'many'))
            .execute()
      })
      const inserted = rows / ((performance.now() - begun) / 1000)
      const readBegun = performance.now()
      for (let index = 0; index < reads; index++)
        await db.selectFrom('point').selectAll().where('id', '=', `many-${round}-${index}`).executeTakeFirstOrThrow()
      return {
        'synced commit of one row': single,
        'rows inserted in one transaction': [inserted],
        'row read by its key': [((performance.now() - readBegun) * 1000) / reads],
      }
    },
  }
}

/** The peer, from the registry into a folder of its own; its package brings what it needs for the usual platforms. */
function openPeer(path: string): SqliteDatabase {
  const home = join(import.meta.dirname, '.npm-peers')
  if (!existsSync(join(home, 'node_modules', 'better-sqlite3'))) {
    const { status } = spawnSync(
      'npm',
      ['install', '--prefix', home, '--no-save', '--ignore-scripts', '--no-audit', '--no-fund', 'better-sqlite3@13'],
      { stdio: ['ignore', 'ignore', 'inherit'] },
    )
    if (status !== 0) throw new Error('better-sqlite3 could not be installed')
  }
  const Peer = createRequire(join(home, 'package.json'))('better-sqlite3') as new (path: string) => PeerDatabase
  const database = new Peer(path)
  database.exec(pragmas)
  const statements = new Map<string, SqliteStatement>()
  return {
    prepare(text) {
      const statement = statements.get(text) ?? database.prepare(text)
      statements.set(text, statement)
      return statement
    },
    close: () => database.close(),
  }
}

interface PeerDatabase extends SqliteDatabase {
  exec(text: string): void
}
