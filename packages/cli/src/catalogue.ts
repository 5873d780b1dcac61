import type { Command } from './command.ts'
import { commandTable } from './commands.gen.ts'

/** What the help knows of a command without loading it. */
export interface CommandEntry {
  /** Empty for commands of one word. */
  readonly noun: string
  readonly verb: string
  readonly summary: string
  load(): Promise<{ readonly default: Command }>
}

export const catalogue: readonly CommandEntry[] = commandTable

export const verbsOf = (noun: string): readonly CommandEntry[] => catalogue.filter((entry) => entry.noun === noun)

export const findCommand = (noun: string, verb: string): CommandEntry | undefined =>
  catalogue.find((entry) => entry.noun === noun && entry.verb === verb)
