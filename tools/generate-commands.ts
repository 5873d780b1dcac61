import { readdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Command } from '../packages/cli/src/command.ts'
import { nouns } from '../packages/cli/src/nouns.ts'

const source = resolve(import.meta.dirname, '../packages/cli/src')

/** Where the text goes. */
export const commandsFile = join(source, 'commands.gen.ts')

/** As people come to need them: begin, make, look, change, end. What is not named comes last, by the alphabet. */
const nounOrder = ['', ...Object.keys(nouns)]
const verbOrder =
  'up open status doctor down create start register publish validate run show list logs exceptions trace metrics why invoke use alias update traffic mirror assign revoke enable disable approve pause resume promote rollback cancel delete'.split(
    ' ',
  )

const number = (index: number): string => String(index < 0 ? 99 : index).padStart(2, '0')

function placeOf(file: string): string {
  const [verb = '', noun = ''] = file.replace(/\.ts$/, '').split('/').toReversed()
  return `${number(nounOrder.indexOf(noun))} ${number(verbOrder.indexOf(verb))} ${verb}`
}

/** Noun, verb, summary and file of every command as a source file, so that the help loads no command. */
export async function generateCommands(): Promise<string> {
  const files = (await readdir(join(source, 'commands'), { recursive: true }))
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .sort((a, b) => placeOf(a).localeCompare(placeOf(b), 'en'))
  const lines: string[] = []
  for (const file of files) {
    const { default: command } = (await import(join(source, 'commands', file))) as { default: Command }
    const [noun, verb] = file.includes('/') ? command.name.split(' ') : ['', command.name]
    if (`${noun === '' ? '' : `${noun}/`}${verb}.ts` !== file) throw new Error(`${file} declares ${command.name}`)
    lines.push(
      '  {',
      `    noun: '${noun}',`,
      `    verb: '${verb}',`,
      `    summary: ${quote(command.summary)},`,
      `    load: () => import('./commands/${file}'),`,
      '  },',
    )
  }
  return `// Generated from the files in commands/ by tools/generate.ts; do not edit.
/* oxlint-disable max-lines */
import type { CommandEntry } from './catalogue.ts'

export const commandTable: readonly CommandEntry[] = [
${lines.join('\n')}
]
`
}

const quote = (text: string): string => `'${text.replaceAll("'", "\\'")}'`
