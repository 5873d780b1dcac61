import type { ItemOf } from '@modelyard/client'

export type RunLine = ItemOf<'listRuns'>

export interface Columns {
  readonly parameters: readonly string[]
  readonly metrics: readonly string[]
}

const system = /^system\//

/** The names that occur, those of most runs first. */
export function columnsOf(runs: readonly RunLine[]): Columns {
  const parameters = new Map<string, number>()
  const metrics = new Map<string, number>()
  for (const run of runs) {
    for (const name of Object.keys(run.parameters)) parameters.set(name, (parameters.get(name) ?? 0) + 1)
    for (const { name } of run.metrics) if (!system.test(name)) metrics.set(name, (metrics.get(name) ?? 0) + 1)
  }
  const byUse = (counts: ReadonlyMap<string, number>): string[] =>
    [...counts].toSorted((a, b) => b[1] - a[1] || a[0].localeCompare(b[0])).map(([name]) => name)
  return { parameters: byUse(parameters), metrics: byUse(metrics) }
}

/** The columns that the address asks for, else the first of each kind. `p.` and `m.` tell the kinds apart. */
export function chosenColumns(asked: string | undefined, all: Columns): Columns {
  if (asked === undefined) return { parameters: all.parameters.slice(0, 6), metrics: all.metrics.slice(0, 5) }
  const names = asked.split(',')
  const of = (kind: string): string[] =>
    names.filter((name) => name.startsWith(kind)).map((name) => decodeURIComponent(name.slice(2)))
  return { parameters: of('p.'), metrics: of('m.') }
}

export const columnsText = ({ parameters, metrics }: Columns): string =>
  [
    ...parameters.map((name) => `p.${encodeURIComponent(name)}`),
    ...metrics.map((name) => `m.${encodeURIComponent(name)}`),
  ].join(',')

export function metricOf(run: RunLine, name: string): number | string | undefined {
  return run.metrics.find((metric) => metric.name === name)?.value
}

/** Errors and losses are better when lower; scores when higher. */
export const lowerIsBetter = (metric: string): boolean =>
  !/(^|_|\b)(r2|score|accuracy|auc|f1|precision|recall)/i.test(metric)

/** Quoted as the filter's grammar wants names with special characters. */
export const quoted = (name: string): string => (/^\w+$/.test(name) ? name : `\`${name.replaceAll('`', '')}\``)
