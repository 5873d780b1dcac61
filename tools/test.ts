import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { runChecks } from './check.ts'

/** What one part of the suite counted. */
interface Count {
  passed: number
  failed: number
  skipped: number
}

const root = resolve(import.meta.dirname, '..')
const python = join(root, '.venv', 'bin', 'python')
const total: Count = { passed: 0, failed: 0, skipped: 0 }

installSystemPackages()
part('checks', await countChecks())
part('TypeScript tests', await countVitest())
part('Python tests', await countPython())
part('guides', await countGuides())
process.stdout.write(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped\n`)
process.exit(total.failed === 0 ? 0 : 1)

function part(name: string, count: Count): void {
  total.passed += count.passed
  total.failed += count.failed
  total.skipped += count.skipped
  process.stdout.write(`\n== ${name}: ${count.passed} ok, ${count.failed} not ok, ${count.skipped} left out\n\n`)
}

/** A browser for the pages, where installing is allowed; the tests that need it say so themselves where it is missing. */
function installSystemPackages(): void {
  if (existsSync('/usr/bin/chromium') || process.getuid?.() !== 0 || spawnSync('apt-get', ['--version']).status !== 0)
    return
  process.stdout.write('  installing Chromium …\n')
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  spawnSync('apt-get', ['update', '-q'], { stdio: 'ignore', env: environment })
  const done = spawnSync('apt-get', ['install', '-y', '-q', '--no-install-recommends', 'chromium'], {
    encoding: 'utf8',
    env: environment,
  })
  if (done.status !== 0) process.stdout.write(`  Chromium could not be installed: ${done.stderr.slice(-500)}\n`)
}

async function countChecks(): Promise<Count> {
  const results = await runChecks()
  const failed = results.filter((result) => !result.passed).length
  return { passed: results.length - failed, failed, skipped: 0 }
}

async function countVitest(): Promise<Count> {
  const report = join(root, 'artifacts', 'vitest.json')
  mkdirSync(join(root, 'artifacts'), { recursive: true })
  const code = await run(process.execPath, [
    join(root, 'node_modules', 'vitest', 'vitest.mjs'),
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ])
  const result = JSON.parse(readFileSync(report, 'utf8')) as {
    numPassedTests: number
    numFailedTests: number
    numPendingTests: number
    numFailedTestSuites: number
  }
  // A file that could not be loaded fails no test of its own, and must not pass for that.
  const failed = Math.max(result.numFailedTests, code === 0 ? 0 : 1)
  return { passed: result.numPassedTests, failed, skipped: result.numPendingTests }
}

async function countPython(): Promise<Count> {
  const output: string[] = []
  const code = await run(
    python,
    ['-m', 'unittest', 'discover', '-s', 'python/tests', '-t', 'python/tests', '-v'],
    output,
  )
  const text = output.join('')
  const ran = Number(/^Ran (\d+) tests?/m.exec(text)?.[1] ?? 0)
  const number = (name: string): number => Number(new RegExp(`${name}=(\\d+)`).exec(text)?.[1] ?? 0)
  const failed = Math.max(number('failures') + number('errors'), code === 0 ? 0 : 1)
  return { passed: Math.max(0, ran - failed - number('skipped')), failed, skipped: number('skipped') }
}

async function countGuides(): Promise<Count> {
  const output: string[] = []
  const code = await run(process.execPath, ['tools/run-guides.ts'], output)
  const found = /(\d+) blocks ran, (\d+) failed/.exec(output.join(''))
  return { passed: Number(found?.[1] ?? 0), failed: Math.max(Number(found?.[2] ?? 0), code === 0 ? 0 : 1), skipped: 0 }
}

/** Runs a program with its output shown and, when asked for, kept. */
async function run(file: string, args: readonly string[], kept?: string[]): Promise<number> {
  const child = spawn(file, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      kept?.push(chunk.toString())
      process.stdout.write(chunk)
    })
  }
  const { promise, resolve: done } = Promise.withResolvers<number>()
  child.once('error', () => done(127))
  child.once('close', (code) => done(code ?? 1))
  return promise
}
