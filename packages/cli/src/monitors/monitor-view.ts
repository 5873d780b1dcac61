import type { Answer } from '@modelyard/client'
import type { Style } from '../output/style.ts'
import { harmless, renderFields, renderTable } from '../output/table.ts'
import { ago, figure } from '../output/words.ts'
import { day, renderAlertLines } from './alert-view.ts'

type Monitor = Answer<'getMonitor'>
type Window = Monitor['windows'][number]
type Result = Window['results'][number]

const shownWindows = 30
const shownFired = 3

/** A monitor as people read it: what it watches, its windows with what fired, its alerts as sentences. */
export function renderMonitor(monitor: Monitor, style: Style, now: number): string {
  const fields = renderFields(
    {
      monitor: style.bold(harmless(monitor.name)),
      endpoint: monitor.endpoint,
      description: monitor.description === '' ? undefined : harmless(monitor.description),
      windows: wordsOfWindow(monitor),
      reference: wordsOfReference(monitor),
      baseline: wordsOfBaseline(monitor),
      signals: monitor.signals.map((signal) => `${harmless(signal.name)} (${signal.type})`).join(', '),
      'last run': monitor.lastRunAt === null ? 'never' : ago(monitor.lastRunAt, now),
      error: monitor.lastError === null ? undefined : style.red(harmless(monitor.lastError)),
      page: monitor.url,
    },
    style,
  )
  const warnings = monitor.warnings.map((warning) => `${style.yellow('note')} ${harmless(warning)}\n`).join('')
  return `${fields}${warnings}${renderWindows(monitor.windows, style)}${renderAlertLines(monitor.alerts, style)}`
}

function renderWindows(windows: readonly Window[], style: Style): string {
  if (windows.length === 0)
    return `${style.dim('No windows yet')}: nothing was predicted, or \`modelyard monitor run\` was not called.\n`
  const shown = windows.slice(-shownWindows)
  const older = windows.length - shown.length
  const table = renderTable(
    shown,
    [
      { heading: 'from', cell: (window) => day(window.start) },
      { heading: 'until', cell: (window) => `${day(window.end)}${window.complete ? '' : ' …'}` },
      { heading: 'rows', align: 'right', cell: (window) => String(window.rows) },
      { heading: 'labels', align: 'right', cell: (window) => String(window.labels) },
      { heading: 'accuracy', cell: (window) => wordsOfAccuracy(window) },
      { heading: 'fired', cell: (window) => wordsOfFired(window, style) },
    ],
    style,
  )
  return `\n${older === 0 ? '' : style.dim(`${older} older windows\n`)}${table}`
}

function wordsOfAccuracy(window: Window): string {
  return window.results
    .filter((result) => result.type === 'model_performance' && result.value !== null)
    .map((result) => `${result.statistic} ${figure(short(result.value))}${limitOf(result)}`)
    .join(', ')
}

function limitOf({ threshold }: Result): string {
  return threshold === null ? '' : ` (limit ${figure(short(threshold))})`
}

function wordsOfFired(window: Window, style: Style): string {
  const fired = window.results.filter((result) => result.fired)
  if (fired.length === 0) return style.dim('–')
  const names = [...new Set(fired.map((result) => harmless(result.feature ?? result.statistic)))]
  const more = names.length > shownFired ? ` and ${names.length - shownFired} more` : ''
  return style.yellow(`${names.slice(0, shownFired).join(', ')}${more}`)
}

function wordsOfWindow({ window }: Monitor): string {
  if ('rows' in window) return `of ${window.rows} rows`
  if ('calendar' in window) return `by the ${window.calendar}`
  const hours = window.milliseconds / 3_600_000
  if (hours % 24 === 0) return `of ${hours / 24} d`
  return hours >= 1 ? `of ${figure(hours)} h` : `of ${figure(hours * 60)} min`
}

function wordsOfReference({ reference }: Monitor): string {
  if (reference.kind === 'none') return harmless(`none: ${reference.reason}`)
  const name = `${reference.name ?? ''}${reference.version === null ? '' : `:${reference.version}`}`
  const rows = reference.rows === 0 ? '' : `, ${reference.rows} rows${reference.timed ? ' in time order' : ''}`
  return harmless(`${name}${rows}${reference.reason === '' ? '' : `; ${reference.reason}`}`)
}

function wordsOfBaseline({ baseline }: Monitor): string | undefined {
  const entries = Object.entries(baseline)
  if (entries.length === 0) return undefined
  return entries
    .map(([metric, { value, source }]) => harmless(`${metric} ${figure(short(value))} (${source})`))
    .join('; ')
}

function short(value: number | null): number | null {
  return value === null ? null : Number(value.toPrecision(4))
}
