import { createStyle, wantsColours, type Style } from './style.ts'

/** What the program needs of a stream. */
export interface TextStream {
  readonly isTTY?: boolean
  readonly columns?: number
  write(text: string): unknown
}

/** Everything a command says. With `--json` stdout carries one document and nothing else. */
export interface Output {
  readonly json: boolean
  /** Of stdout. */
  readonly style: Style
  /** Of stderr. */
  readonly errorStyle: Style
  /** True when stderr is a terminal: what is written there may be rewritten. */
  readonly live: boolean
  readonly columns: number
  /** The result: as JSON, or as people read it. */
  document(value: unknown, forPeople: () => string): void
  /** One line of a JSON-lines stream, or text for people. */
  line(value: unknown, forPeople: () => string): void
  /** Something beside the result, on stderr. */
  note(text: string): void
  /** Onto stderr as it is, for moving pictures. */
  raw(text: string): void
}

export function createOutput(options: {
  json: boolean
  stdout: TextStream
  stderr: TextStream
  environment: (name: string) => string | undefined
}): Output {
  const { json, stdout, stderr, environment } = options
  const emit = (value: unknown, forPeople: () => string, indent: number): void => {
    stdout.write(json ? `${JSON.stringify(value, undefined, indent)}\n` : forPeople())
  }
  return {
    json,
    style: createStyle(!json && wantsColours(stdout.isTTY === true, environment)),
    errorStyle: createStyle(wantsColours(stderr.isTTY === true, environment)),
    live: stderr.isTTY === true && environment('TERM') !== 'dumb' && environment('CI') === undefined,
    columns: stderr.columns ?? 100,
    document: (value, forPeople) => emit(value, forPeople, 2),
    line: (value, forPeople) => emit(value, forPeople, 0),
    note: (text) => void stderr.write(text.endsWith('\n') ? text : `${text}\n`),
    raw: (text) => void stderr.write(text),
  }
}
