import { systemClock } from '@modelyard/platform'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runProgram } from '../src/program.ts'
import type { Host } from '../src/session.ts'

/** What a command line did. */
export interface Outcome {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export interface Around {
  readonly environment?: Readonly<Record<string, string>>
  readonly folder?: string
  readonly home?: string
  readonly stdin?: string
}

/** Runs a command line in this process on a machine where nothing is configured. */
export async function run(words: readonly string[], around: Around = {}): Promise<Outcome> {
  let stdout = ''
  let stderr = ''
  const host: Host = {
    stdout: { write: (text) => (stdout += text) },
    stderr: { write: (text) => (stderr += text) },
    stdin: stdinOf(around.stdin ?? ''),
    environment: (name) => around.environment?.[name],
    folder: around.folder ?? tmpdir(),
    home: around.home ?? join(tmpdir(), 'no-such-home'),
    clock: systemClock,
  }
  const code = await runProgram(words, host)
  return { code, stdout, stderr }
}

// oxlint-disable-next-line require-await -- stands for a stream
async function* stdinOf(text: string): AsyncGenerator<string> {
  yield text
}
