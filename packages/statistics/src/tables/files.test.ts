import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { compareTables, type Dialect } from '../drift/compare.ts'
import { eventTimesOf, openTable, TableError } from './index.ts'

const python = join(resolve(import.meta.dirname, '../../../..'), '.venv/bin/python')
const folder = mkdtempSync(join(tmpdir(), 'statistics-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Files of every kind of column, and the pairs whose values are known (NumPy's legacy generator, as the peers seed it). */
const script = `import sys, os, datetime, decimal
import numpy as np, pyarrow as pa, pyarrow.parquet as pq
os.chdir(sys.argv[1])
n = 3000
rng = np.random.default_rng(1)
def holes(values): return [None if i % 7 == 3 else v for i, v in enumerate(values)]
table = pa.table({
    "double": pa.array(rng.normal(size=n)), "holes": pa.array(holes(range(n)), pa.float64()), "float": pa.array(np.arange(n, dtype="float32") / 4),
    "int": pa.array(range(n), pa.int64()), "small": pa.array([i % 5 for i in range(n)], pa.int8()), "unsigned": pa.array(range(n), pa.uint32()),
    "bool": pa.array(holes([i % 2 == 0 for i in range(n)])), "word": pa.array(holes([f"w{i % 3}" for i in range(n)])),
    "category": pa.array([f"c{i % 4}" for i in range(n)]).dictionary_encode(), "nothing": pa.nulls(n, pa.float64()),
    "decimal": pa.array([decimal.Decimal(i) / 4 for i in range(n)], pa.decimal128(12, 2)), "infinite": pa.array([float("inf") if i % 2 else 1.0 for i in range(n)]),
    "event_time": pa.array([datetime.datetime(2024, 1, 1) + datetime.timedelta(hours=i) for i in range(n)], pa.timestamp("us", tz="UTC")),
    "list": pa.array([[i] for i in range(n)])})
pq.write_table(table, "snappy.parquet", row_group_size=700)
pq.write_table(table, "plain.parquet", compression="none", use_dictionary=False)
pq.write_table(table, "zstd.parquet", compression="zstd", data_page_version="2.0", data_page_size=2000)
pq.write_table(table.slice(0, 0), "empty.parquet")
def pair(name, a, b):
    for side, values in (("a", a), ("b", b)): pq.write_table(pa.table({"x": values}), f"{name}-{side}.parquet")
def seeded(seed, *args):
    np.random.seed(seed); return np.random.normal(*args)
for name, mean, size in (("42", 53, 100000), ("43", 51, 9000), ("44", 52, 100), ("44s", 52, 20)):
    pair(name, seeded(0, 50, 15, size), seeded(0, mean, 15, size))
pair("45", np.full(9000, 50.0), np.full(9000, 51.0))
np.random.seed(1); a = np.random.normal(0, 1, 10000); b = np.random.normal(0, 1, 1000); pair("28", a, b)
np.random.seed(1); a = np.random.choice(np.linspace(0, 2, 6), 10000); b = np.random.choice(np.linspace(0, 2, 3), 1000); pair("29", a, b)
np.random.seed(1); a = np.random.normal(0, 1, 10000); b = np.random.normal(-2, 1, 10000); pair("30", a, b)
np.random.seed(1); a = np.random.normal(0, 1, 10000); b = np.random.normal(1, 1, 1000); pair("31", a, b)
`

describe.skipIf(!existsSync(python))('Parquet as pyarrow writes it', () => {
  const done = spawnSync(python, ['-c', script, folder], { encoding: 'utf8' })

  it.each(['snappy', 'plain', 'zstd'])('every kind of column, %s', async (name) => {
    expect(done.stderr).toBe('')
    await using table = await openTable(join(folder, `${name}.parquet`))
    expect(table.rows).toBe(3000)
    expect(table.names).not.toContain('list')
    const numbers = async (column: string): Promise<Float64Array> => {
      const read = await table.read(column)
      return read.kind === 'number' ? read.values : new Float64Array(0)
    }
    const words = async (column: string): Promise<(string | undefined)[]> => {
      const read = await table.read(column)
      return read.kind === 'text' ? Array.from(read.codes, (code) => read.dictionary[code]) : []
    }
    const all = Array.from({ length: 3000 }, (_, row) => row)
    expect(Array.from(await numbers('int'))).toEqual(all)
    expect(Array.from(await numbers('unsigned'))).toEqual(all)
    expect(Array.from(await numbers('small'))).toEqual(all.map((row) => row % 5))
    expect(Array.from(await numbers('float'))).toEqual(all.map((row) => row / 4))
    expect(Array.from(await numbers('decimal'))).toEqual(all.map((row) => row / 4))
    expect(Array.from(await numbers('holes'))).toEqual(all.map((row) => (row % 7 === 3 ? Number.NaN : row)))
    expect((await numbers('nothing')).every((value) => Number.isNaN(value))).toBe(true)
    expect((await numbers('infinite'))[1]).toBe(Number.POSITIVE_INFINITY)
    expect(await words('word')).toEqual(all.map((row) => (row % 7 === 3 ? undefined : `w${row % 3}`)))
    expect(await words('category')).toEqual(all.map((row) => `c${row % 4}`))
    expect(await words('bool')).toEqual(all.map((row) => (row % 7 === 3 ? undefined : String(row % 2 === 0))))
    expect((await table.read('small')).kind === 'number' && (await table.read('small'))).toMatchObject({ whole: true })
    const times = await eventTimesOf(table)
    expect(times?.[5]).toBe(Date.UTC(2024, 0, 1, 5))
  })

  it('no rows at all: words, no exception', async () => {
    await using empty = await openTable(join(folder, 'empty.parquet'))
    await using full = await openTable(join(folder, 'plain.parquet'))
    for (const [reference, current] of [
      [empty, full],
      [full, empty],
      [empty, empty],
    ] as const) {
      const { drift, notes } = await compareTables(reference, current, { alpha: 0.01 })
      expect(notes.length).toBeGreaterThan(0)
      for (const { value, fired, reason, decides } of drift) {
        expect(fired).toBe(false)
        if (decides) expect([value, reason?.startsWith('insufficient_data')]).toEqual([null, true])
      }
    }
  })

  const known: [string, Dialect, Record<string, number>][] = [
    ['42', 'azureml', { wasserstein: 0.200532479, js: 0.08447919097, psi: 0.03971352001 }],
    ['42', 'evidently', { js: 0.07005409993, psi: 0.039455967, ks: 0.08081 }],
    ['43', 'azureml', { wasserstein: 0.06768375565, js: 0.02844156636, psi: 0.004444640461, ks: 0.032 }],
    ['44', 'azureml', { wasserstein: 0.1316274717, js: 0.05710134262, psi: 0.01347142973 }],
    ['44s', 'azureml', { wasserstein: 0.1528580181, js: 0.1060000267, psi: 0.03584765726 }],
    ['45', 'azureml', { wasserstein: 1000, js: 1, psi: 18.17988212 }],
    ['28', 'nannyml', { js: 0.04723641 }],
    ['29', 'nannyml', { js: 0.72854211, hellinger: 0.71915711 }],
    ['30', 'nannyml', { hellinger: 0.62502073 }],
  ]
  it.each(known)('seeded samples %s in the dialect %s', async (name, dialect, expected) => {
    await using reference = await openTable(join(folder, `${name}-a.parquet`))
    await using current = await openTable(join(folder, `${name}-b.parquet`))
    const { drift } = await compareTables(reference, current, { alpha: 0.01, dialect })
    for (const [statistic, value] of Object.entries(expected)) {
      const ours = drift.find((result) => result.statistic === statistic)?.value ?? Number.NaN
      expect(Math.abs(ours - value), statistic).toBeLessThan(1e-6)
    }
  })
})

describe('CSV', () => {
  const path = join(folder, 'rows.csv')

  it('numbers, words, missing ones, times with and without a zone', async () => {
    writeFileSync(
      path,
      '\uFEFFn,word,event_time\n1,a,2024-01-01\nNA,"b, c",2024-01-01T02:00:00+01:00\ninf,,2024-01-01 03:00:00\n',
    )
    await using table = await openTable(path)
    expect(table.names).toEqual(['n', 'word', 'event_time'])
    expect(await table.read('n')).toMatchObject({ values: Float64Array.of(1, Number.NaN, Number.POSITIVE_INFINITY) })
    expect(await table.read('word')).toMatchObject({ dictionary: ['a', 'b, c'], codes: Int32Array.of(0, 1, -1) })
    const day = Date.UTC(2024, 0, 1)
    expect(Array.from((await eventTimesOf(table)) ?? [])).toEqual([day, day + 3_600_000, day + 3 * 3_600_000])
  })

  it.each([
    ['', 'it is empty: not even a header line'],
    ['a,a\n1,2\n', "its header has the column 'a' twice"],
  ])('refuses %j with words', async (text, message) => {
    writeFileSync(path, text)
    await expect(openTable(path)).rejects.toThrow(new TableError(message))
  })

  it('a file that is no Parquet, or no table, is refused with words', async () => {
    const wrong = join(folder, 'wrong.parquet')
    writeFileSync(wrong, 'this is not it')
    await expect(openTable(wrong)).rejects.toThrow(TableError)
    await expect(openTable(join(folder, 'rows.txt'))).rejects.toThrow('its name ends neither')
  })
})
