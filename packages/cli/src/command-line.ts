import { Command as Parser, CommanderError, InvalidArgumentError, Option } from 'commander'
import type { ArgumentSpec, Command, OptionSpec, OptionSpecs } from './command.ts'
import { usageFailure } from './failure.ts'
import type { CommonOptions } from './session.ts'
import { suggest } from './suggestions.ts'

/** What a command line says. */
export type Parsed =
  | { readonly kind: 'help'; readonly text: string }
  | {
      readonly kind: 'run'
      readonly arguments: Readonly<Record<string, unknown>>
      readonly options: Readonly<Record<string, unknown>>
      readonly common: CommonOptions
    }

const json = { flags: '--json', summary: 'one JSON document on stdout', kind: 'flag' } as const
const home = { flags: '--home', summary: 'home of this machine’s server', kind: 'text', value: 'DIR' } as const
const forServer = {
  url: { flags: '--url', summary: 'address of the server', kind: 'text', value: 'URL' },
  token: { flags: '--token', summary: 'token to sign in with', kind: 'text', value: 'TOKEN' },
} as const
const forWorkspace = {
  workspace: { flags: '-w, --workspace', summary: 'workspace to work in', kind: 'text', value: 'WS' },
} as const

/** Reads the words after noun and verb. Throws a usage failure that names the nearest option. */
export function parseCommandLine(command: Command, words: readonly string[]): Parsed {
  const options = optionsOf(command)
  const parser = buildParser(command, options)
  let help = ''
  parser.configureOutput({ writeOut: (text) => (help += text), writeErr: () => undefined })
  try {
    parser.parse([...words], { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.code === 'commander.helpDisplayed') return { kind: 'help', text: help }
    throw explain(error, command, options)
  }
  const values: Record<string, unknown> = parser.opts()
  for (const spec of Object.values(options))
    if (spec.required === true && values[keyOf(spec)] === undefined) throw missing(command, spec)
  const named: Record<string, unknown> = {}
  for (const [name, spec] of Object.entries(options)) named[name] = valueOf(values[keyOf(spec)], spec)
  const positional = Object.fromEntries(
    Object.keys(command.arguments).map((name, index) => [name, parser.processedArgs[index]]),
  )
  return { kind: 'run', arguments: positional, options: named, common: named as unknown as CommonOptions }
}

function optionsOf(command: Command): OptionSpecs {
  return {
    ...command.options,
    ...(command.local || command.serverWide ? {} : forWorkspace),
    ...(command.local ? {} : forServer),
    home,
    json,
  }
}

function buildParser(command: Command, options: OptionSpecs): Parser {
  const parser = new Parser(`modelyard ${command.name}`)
    .description(command.summary)
    .exitOverride()
    .helpOption('-h, --help', 'this text')
    .allowExcessArguments(false)
    .configureHelp({ helpWidth: 110 })
  for (const [name, spec] of Object.entries(command.arguments)) parser.argument(placeholder(name, spec), spec.summary)
  for (const spec of Object.values(options)) parser.addOption(toOption(spec))
  if (command.examples.length > 0)
    parser.addHelpText('after', `\nExamples:\n${command.examples.map((line) => `  ${line}`).join('\n')}`)
  return parser
}

function placeholder(name: string, spec: ArgumentSpec): string {
  const shown = `${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}${spec.rest === true ? '...' : ''}`
  return spec.optional === true ? `[${shown}]` : `<${shown}>`
}

function toOption(spec: OptionSpec): Option {
  const value = spec.kind === 'flag' ? '' : ` <${spec.value ?? (spec.kind === 'number' ? 'N' : 'TEXT')}>`
  const option = new Option(spec.flags + value, spec.summary)
  if (spec.choices !== undefined) option.choices([...spec.choices])
  if (spec.kind === 'number') option.argParser(toNumber)
  if (spec.kind === 'texts') option.argParser((text: string, before: string[] | undefined) => [...(before ?? []), text])
  return option
}

function toNumber(text: string): number {
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('It has to be a number.')
  return value
}

/** The name under which commander keeps an option's value. */
function keyOf(spec: OptionSpec): string {
  return new Option(spec.flags).attributeName()
}

function valueOf(value: unknown, spec: OptionSpec): unknown {
  if (spec.kind === 'flag') return value === true
  return spec.kind === 'texts' ? (value ?? []) : value
}

function explain(error: CommanderError, command: Command, options: OptionSpecs): Error {
  const text = error.message.replace(/^error: /, '').replace(/\n.*$/s, '')
  const remedy = `See \`modelyard ${command.name} --help\`.`
  const typed = error.code === 'commander.unknownOption' ? /'(--?[^'=]+)/.exec(text)?.[1] : undefined
  if (typed === undefined) return usageFailure(capital(text), remedy)
  const flags = ['--help', ...Object.values(options).flatMap((spec) => spec.flags.split(', '))]
  const meant = suggest(typed, flags)
  const hint = meant === undefined ? '' : ` Did you mean ${meant}?`
  return usageFailure(`\`modelyard ${command.name}\` has no option ${typed}.${hint}`, remedy)
}

/** Asked for here and not by commander, which would look for it before it looks at misspelt options. */
function missing(command: Command, spec: OptionSpec): Error {
  const flags = spec.flags.split(', ').join(' or ')
  return usageFailure(
    `\`modelyard ${command.name}\` needs ${flags} ${spec.value ?? ''}: ${spec.summary}.`.replace(' :', ':'),
    `See \`modelyard ${command.name} --help\`.`,
  )
}

function capital(text: string): string {
  const sentence = text.charAt(0).toUpperCase() + text.slice(1)
  return sentence.endsWith('.') ? sentence : `${sentence}.`
}
