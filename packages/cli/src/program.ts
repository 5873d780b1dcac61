import { catalogue, findCommand, verbsOf, type CommandEntry } from './catalogue.ts'
import { usageFailure } from './failure.ts'
import { nounHelp, programHelp } from './help.ts'
import { nouns, type Noun } from './nouns.ts'
import { createStyle, wantsColours } from './output/style.ts'
import type { Host, Session } from './session.ts'
import { suggest } from './suggestions.ts'
import { readVersion } from './version.ts'

/** What the words before the options name. */
type Choice =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'command'; readonly entry: CommandEntry; readonly words: readonly string[] }

/** Options that may stand before the noun, with the number of words they take. */
const leading: Readonly<Record<string, number>> = {
  '--json': 1,
  '-w': 2,
  '--workspace': 2,
  '--url': 2,
  '--token': 2,
  '--home': 2,
}

/** Runs one command line and resolves to the exit code. Nothing is thrown. */
export async function runProgram(words: readonly string[], host: Host): Promise<number> {
  let session: Session | undefined
  try {
    const choice = choose(words, host)
    if (choice.kind === 'text') {
      host.stdout.write(choice.text)
      return 0
    }
    const [{ parseCommandLine }, { default: command }] = await Promise.all([
      import('./command-line.ts'),
      choice.entry.load(),
    ])
    const parsed = parseCommandLine(command, choice.words)
    if (parsed.kind === 'help') {
      host.stdout.write(parsed.text)
      return 0
    }
    const { createSession } = await import('./session.ts')
    session = createSession(host, parsed.common)
    return (await command.run(parsed, session)) ?? 0
  } catch (error) {
    return fail(error, words, host, session)
  }
}

function choose(words: readonly string[], host: Host): Choice {
  const { before, rest } = splitLeading(words)
  const [first, second] = rest
  const style = createStyle(wantsColours(host.stdout.isTTY === true, host.environment))
  if (first === undefined || first === '--help' || first === '-h' || (first === 'help' && second === undefined))
    return { kind: 'text', text: programHelp(style) }
  if (first === '--version' || first === '-V') return { kind: 'text', text: `${readVersion()}\n` }
  if (first === 'help') return choose([...rest.slice(1), '--help'], host)
  const single = findCommand('', first)
  if (single !== undefined) return { kind: 'command', entry: single, words: [...before, ...rest.slice(1)] }
  if (!(first in nouns)) throw unknownWord(first)
  const noun = first as Noun
  if (second === undefined || second === '--help' || second === '-h')
    return { kind: 'text', text: nounHelp(noun, style) }
  const entry = findCommand(noun, second)
  if (entry === undefined) throw unknownVerb(noun, second)
  return { kind: 'command', entry, words: [...before, ...rest.slice(2)] }
}

function splitLeading(words: readonly string[]): { before: readonly string[]; rest: readonly string[] } {
  let at = 0
  for (let word = words[0]; word !== undefined; word = words[at]) {
    const taken =
      word.startsWith('--') && word.includes('=') && (word.split('=')[0] ?? '') in leading ? 1 : leading[word]
    if (taken === undefined) break
    at += taken
  }
  return { before: words.slice(0, at), rest: words.slice(at) }
}

function unknownWord(typed: string): Error {
  if (typed.startsWith('-')) {
    const meant = suggest(typed, [...Object.keys(leading), '--help', '--version'])
    return usageFailure(`There is no option ${typed}.${hint(meant)}`, 'See `modelyard --help`.')
  }
  const words = [...Object.keys(nouns), ...verbsOf('').map((entry) => entry.verb)]
  return usageFailure(`There is no command ${typed}.${hint(suggest(typed, words))}`, 'See `modelyard --help`.')
}

function unknownVerb(noun: Noun, typed: string): Error {
  const verbs = verbsOf(noun).map((entry) => entry.verb)
  const meant = suggest(typed, verbs)
  const elsewhere =
    meant === undefined ? catalogue.find((entry) => entry.verb === typed && entry.noun !== '') : undefined
  const detail = typed.startsWith('-')
    ? `\`modelyard ${noun}\` needs a verb before ${typed}: ${verbs.join(', ')}.`
    : `\`modelyard ${noun}\` has no verb ${typed}.${hint(meant === undefined ? undefined : `modelyard ${noun} ${meant}`)}`
  const more = elsewhere === undefined || typed.startsWith('-') ? '' : ` It has: ${verbs.join(', ')}.`
  return usageFailure(detail + more, `See \`modelyard ${noun} --help\`.`)
}

const hint = (meant: string | undefined): string => (meant === undefined ? '' : ` Did you mean ${meant}?`)

async function fail(
  error: unknown,
  words: readonly string[],
  host: Host,
  session: Session | undefined,
): Promise<number> {
  const { renderReport, toReport } = await import('./explain-failure.ts')
  const report = toReport(error, session)
  if (words.includes('--json')) {
    const { exitCode, places, ...problem } = report
    host.stdout.write(`${JSON.stringify({ problem: { ...problem, errors: places }, exitCode }, undefined, 2)}\n`)
  }
  const style = createStyle(wantsColours(host.stderr.isTTY === true, host.environment))
  host.stderr.write(renderReport(report, style, session?.source))
  return report.exitCode
}
