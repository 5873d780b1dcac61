import { startProcess } from '@modelyard/platform'

/** Runs a program to its end; undefined when it does not start or takes longer than 10 s. */
export async function capture(
  file: string,
  args: readonly string[],
): Promise<{ code: number; output: string } | undefined> {
  const { promise, resolve } = Promise.withResolvers<{ code: number; output: string } | undefined>()
  const child = startProcess(file, args, { stdio: ['ignore', 'pipe', 'pipe'], timeout: 10_000 })
  let output = ''
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()))
  child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()))
  child.once('error', () => resolve(undefined))
  child.once('close', (code) => resolve(code === null ? undefined : { code, output: output.trim() }))
  return promise
}
