import { resolve } from 'node:path'
import {
  compareTables,
  type CompareOptions,
  type Comparison,
  type Dialect,
  type DriftResult,
} from '@modelyard/statistics'
import { eventTimesOf, openTable, TableError, type Table } from '@modelyard/statistics/tables'
import { defineCommand } from '../../command.ts'
import { exitCodes } from '../../exit-codes.ts'
import { CommandFailure, usageFailure } from '../../failure.ts'
import type { Style } from '../../output/style.ts'
import { harmless, renderTable } from '../../output/table.ts'
import { figure } from '../../output/words.ts'

const dialects = ['evidently', 'nannyml', 'azureml'] as const satisfies readonly Dialect[]

export default defineCommand({
  name: 'monitor compare',
  summary: 'Drift and data quality of one file beside another; needs no server',
  examples: [
    'modelyard monitor compare --reference train.parquet --current last-week.parquet',
    'modelyard monitor compare --reference a.csv --current b.csv --dialect evidently --json',
  ],
  options: {
    reference: { flags: '--reference', summary: 'rows to compare with', kind: 'text', value: 'FILE', required: true },
    current: { flags: '--current', summary: 'rows to look at', kind: 'text', value: 'FILE', required: true },
    alpha: { flags: '--alpha', summary: 'chance of any false alarm (0.01)', kind: 'number' },
    dialect: {
      flags: '--dialect',
      summary: 'definitions and thresholds of another product',
      kind: 'text',
      choices: dialects,
      value: 'NAME',
    },
    distributions: { flags: '--distributions', summary: 'with the counts of each feature', kind: 'flag' },
  },
  local: true,
  async run({ options }, { host, output }) {
    const alpha = options.alpha ?? 0.01
    if (!(alpha > 0 && alpha < 1))
      throw usageFailure(`--alpha is a probability between 0 and 1, not ${alpha}.`, 'Try --alpha 0.01.')
    const dialect = dialects.find((name) => name === options.dialect)
    await using reference = await opened(resolve(host.folder, options.reference), options.reference)
    await using current = await opened(resolve(host.folder, options.current), options.current)
    const files = `${options.reference} or ${options.current}`
    const compared = await compareFiles(reference, current, {
      alpha,
      ...(dialect === undefined ? {} : { dialect }),
    }).catch((error: unknown) => unreadable(error, files))
    const results = [
      ...compared.drift.map((result) => ({ signal: 'data_drift', ...result })),
      ...compared.quality.map((result) => ({ signal: 'data_quality', ...result })),
    ]
    const { distributions, notes } = compared
    output.document({ results, notes, ...(options.distributions ? { distributions } : {}) }, () =>
      [
        describe(results, { reference: reference.rows, current: current.rows }, output.style),
        ...notes.map(harmless),
      ].join('\n'),
    )
  },
})

/** A column `event_time` makes a file a series. */
async function compareFiles(reference: Table, current: Table, options: CompareOptions): Promise<Comparison> {
  const [referenceTimes, eventTimes] = [await eventTimesOf(reference), await eventTimesOf(current)]
  return compareTables(reference, current, { ...options, referenceTimes, eventTimes })
}

async function opened(path: string, shown: string): Promise<Table & AsyncDisposable> {
  return openTable(path).catch((error: unknown) => unreadable(error, shown))
}

function unreadable(error: unknown, file: string): never {
  if (!(error instanceof TableError) && !(error instanceof Error && 'code' in error)) throw error
  throw new CommandFailure({
    exitCode: exitCodes.usage,
    code: 'table_unreadable',
    title: 'Not a table',
    detail: `${file} cannot be read: ${error.message}.`,
    remedy: 'Give CSV with a header line, or Parquet.',
  })
}

interface Shown extends DriftResult {
  readonly signal: string
}

function describe(results: readonly Shown[], rows: { reference: number; current: number }, style: Style): string {
  const fired = results.filter((result) => result.fired)
  const drift = results.filter((result) => result.decides && result.signal === 'data_drift')
  const listed = [...drift, ...fired.filter((result) => result.signal === 'data_quality')]
  const verdict =
    fired.length === 0
      ? style.green('Nothing changed that is worth an alarm.')
      : style.yellow(`Changed: ${[...new Set(fired.map((result) => harmless(result.feature ?? 'rows')))].join(', ')}.`)
  const table = renderTable(
    listed,
    [
      { heading: 'feature', cell: (result) => harmless(result.feature ?? '') },
      { heading: 'statistic', cell: (result) => result.statistic },
      { heading: 'value', align: 'right', cell: (result) => number(result.value) },
      { heading: 'threshold', align: 'right', cell: (result) => number(result.threshold) },
      { heading: 'p', align: 'right', cell: (result) => number(result.pValue) },
      { heading: '', cell: (result) => (result.fired ? style.yellow('fired') : style.dim(result.reason ?? '')) },
    ],
    style,
  )
  return `${rows.reference} rows of reference, ${rows.current} to look at. ${verdict}\n\n${table}`
}

function number(value: number | null): string {
  return value === null ? '–' : figure(value)
}
