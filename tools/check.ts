import { spawn } from 'node:child_process'
import { join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '..')
const bin = (name: string): string => join(root, 'node_modules', '.bin', name)

/** One check: what `npm run check` and `npm test` run, side by side where the cores allow. */
export interface Check {
  readonly name: string
  readonly file: string
  readonly args: readonly string[]
}

export const checks: readonly Check[] = [
  { name: 'types', file: bin('tsc'), args: ['-b'] },
  { name: 'lint', file: bin('oxlint'), args: ['--type-aware', '--deny-warnings'] },
  { name: 'format', file: bin('oxfmt'), args: ['--check'] },
  { name: 'unused code', file: bin('knip'), args: ['--no-progress'] },
  { name: 'architecture', file: process.execPath, args: ['tools/check-architecture.ts'] },
  { name: 'generated files', file: process.execPath, args: ['tools/generate.ts', '--check'] },
]

export interface CheckResult {
  readonly name: string
  readonly passed: boolean
  readonly milliseconds: number
  readonly output: string
}

export async function runCheck(check: Check): Promise<CheckResult> {
  const begun = performance.now()
  const child = spawn(check.file, check.args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const { promise, resolve: done } = Promise.withResolvers<number>()
  child.once('error', (error) => {
    output += error.message
    done(127)
  })
  child.once('close', (code) => done(code ?? 1))
  return { name: check.name, passed: (await promise) === 0, milliseconds: performance.now() - begun, output }
}

/** Runs all checks, two at a time, and prints a table; resolves to the results. */
export async function runChecks(): Promise<CheckResult[]> {
  const results: CheckResult[] = []
  const queue = [...checks]
  const worker = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const result = await runCheck(next)
      results.push(result)
      process.stdout.write(
        `  ${result.passed ? 'ok  ' : 'FAIL'} ${result.name.padEnd(16)} ${(result.milliseconds / 1000).toFixed(1)} s\n`,
      )
      if (!result.passed) process.stdout.write(`${result.output}\n`)
    }
  }
  await Promise.all([worker(), worker()])
  return results
}

if (import.meta.main) {
  const results = await runChecks()
  process.exit(results.every((result) => result.passed) ? 0 : 1)
}
