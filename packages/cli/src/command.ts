import type { Session } from './session.ts'

/** One positional argument. `rest` takes all that follow. */
export interface ArgumentSpec {
  readonly summary: string
  readonly optional?: true
  readonly rest?: true
}

/** One option; `flags` as commander reads them, without the value's placeholder. */
export interface OptionSpec {
  readonly flags: string
  readonly summary: string
  readonly kind: 'text' | 'number' | 'flag' | 'texts'
  /** What stands for the value in the help. */
  readonly value?: string
  readonly required?: true
  readonly choices?: readonly string[]
}

export type ArgumentSpecs = Readonly<Record<string, ArgumentSpec>>
export type OptionSpecs = Readonly<Record<string, OptionSpec>>

type ArgumentValue<Spec> = Spec extends { readonly rest: true }
  ? readonly string[]
  : Spec extends { readonly optional: true }
    ? string | undefined
    : string
type Value<Spec> = Spec extends { readonly kind: 'flag' }
  ? boolean
  : Spec extends { readonly kind: 'texts' }
    ? readonly string[]
    : (Spec extends { readonly kind: 'number' } ? number : string) | MissingUnlessRequired<Spec>
type MissingUnlessRequired<Spec> = Spec extends { readonly required: true } ? never : undefined

type ArgumentValues<Specs> = { readonly [Name in keyof Specs]: ArgumentValue<Specs[Name]> }
type OptionValues<Specs> = { readonly [Name in keyof Specs]: Value<Specs[Name]> }

/** A command as its file declares it. */
export interface CommandSpec<Arguments, Options> {
  /** `noun verb`, or one word. */
  readonly name: string
  /** One line for lists. */
  readonly summary: string
  /** Commands a reader can copy. */
  readonly examples?: readonly string[]
  readonly arguments?: Arguments
  readonly options?: Options
  /** Works without a server: no options for finding one. */
  readonly local?: true
  /** Belongs to the whole server: no `--workspace`. */
  readonly serverWide?: true
  /** Answers the exit code; nothing means 0. */
  run(
    input: { readonly arguments: ArgumentValues<Arguments>; readonly options: OptionValues<Options> },
    session: Session,
  ): Promise<number | void>
}

/** A command as the program handles it, whatever it declares. */
export interface Command {
  readonly name: string
  readonly summary: string
  readonly examples: readonly string[]
  readonly arguments: ArgumentSpecs
  readonly options: OptionSpecs
  readonly local: boolean
  readonly serverWide: boolean
  run(
    input: {
      readonly arguments: Readonly<Record<string, unknown>>
      readonly options: Readonly<Record<string, unknown>>
    },
    session: Session,
  ): Promise<number | void>
}

/** Declares a command; the values in `run` are typed from its arguments and options. */
export function defineCommand<const Arguments extends ArgumentSpecs, const Options extends OptionSpecs>(
  spec: CommandSpec<Arguments, Options>,
): Command {
  return {
    name: spec.name,
    summary: spec.summary,
    examples: spec.examples ?? [],
    arguments: spec.arguments ?? {},
    options: spec.options ?? {},
    local: spec.local ?? false,
    serverWide: spec.serverWide ?? false,
    // The values were read by the very specs that type them.
    run: (input, session) => spec.run(input as Parameters<typeof spec.run>[0], session),
  }
}
