import { verbsOf, type CommandEntry } from './catalogue.ts'
import { nouns } from './nouns.ts'
import type { Style } from './output/style.ts'

const common = [
  ['--json', 'one JSON document on stdout'],
  ['--workspace WS', 'another workspace than `default` or the configured one'],
  ['--url, --token', 'another server than the configured one'],
  ['--home DIR', 'home of this machine’s server (MODELYARD_HOME, ~/.modelyard)'],
  ['--help, --version', 'this text, or a command’s; the version'],
] as const

/** The first page: what there is and where to begin. */
export function programHelp(style: Style): string {
  return [
    `${style.bold('modelyard')} — DevOps for data science on your own machines\n`,
    `${style.dim('Usage')}  modelyard NOUN VERB [NAME] [options]\n`,
    style.dim('Start'),
    list(verbsOf(''), style),
    style.dim('Work'),
    columns(Object.entries(nouns), style),
    style.dim('Options everywhere'),
    columns(common, style),
    `${style.dim('More')}   modelyard NOUN --help · modelyard NOUN VERB --help`,
    '',
  ].join('\n')
}

/** The verbs of one noun. */
export function nounHelp(noun: keyof typeof nouns, style: Style): string {
  return [
    `${style.bold(`modelyard ${noun}`)} — ${nouns[noun]}\n`,
    list(verbsOf(noun), style),
    `${style.dim('More')}   modelyard ${noun} VERB --help`,
    '',
  ].join('\n')
}

const list = (entries: readonly CommandEntry[], style: Style): string =>
  columns(
    entries.map((entry) => [entry.verb, entry.summary]),
    style,
  )

function columns(rows: readonly (readonly [string, string])[], style: Style): string {
  const width = Math.max(...rows.map(([name]) => name.length))
  return rows.map(([name, text]) => `  ${style.cyan(name.padEnd(width))}  ${text}`.trimEnd() + '\n').join('')
}
