import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { cpus, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { quantile, publish, type FigureResult, type Report } from './harness.ts'
import { peerProgram } from './peers.ts'

/**
 * A drift report of two Parquet files with 50 columns, as whole commands: `modelyard monitor compare` beside Evidently's `DataDriftPreset`, in turns,
 * with the processor time and the most memory that each had. `--rows N` (1,000,000) and `--rounds N` (1; Evidently takes minutes).
 */
const after = (name: string, otherwise: string): string =>
  process.argv.includes(name) ? (process.argv[process.argv.indexOf(name) + 1] ?? otherwise) : otherwise
const rows = Number(after('--rows', '1000000'))
const rounds = Number(after('--rounds', '1'))
const json = process.argv.includes('--json') ? after('--json', '') : undefined
const python = peerProgram('python', { folder: '.venv-drift', requirements: 'requirements-drift.txt' })
const folder = mkdtempSync(join(tmpdir(), 'drift-'))
const files = ['reference', 'current'].map((name) => join(folder, `${name}.parquet`))
for (const [place, path] of files.entries()) {
  const args = [join(import.meta.dirname, 'drift-rows.py'), path, String(rows), String(place + 1), String(place * 0.2)]
  if (spawnSync(python, args, { stdio: 'inherit' }).status !== 0) throw new Error('the rows were not written')
}

const [reference = '', current = ''] = files
const modelyard = join(import.meta.dirname, '../bin/modelyard')
const commands: Readonly<Record<string, readonly string[]>> = {
  modelyard: [modelyard, 'monitor', 'compare', '--reference', reference, '--current', current, '--json'],
  evidently: [python, '-W', 'ignore', join(import.meta.dirname, 'drift-evidently.py'), reference, current],
}
/** Of the kernel's clock, by which it counts processor time. */
const ticksPerSecond = 100
const seconds = new Map<string, number[]>()
const processor = new Map<string, number[]>()
const peaks = new Map<string, number[]>()
try {
  for (let round = 0; round < rounds; round++) {
    const names = Object.keys(commands)
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      const { seconds: took, processorSeconds, peakBytes } = await measure(commands[name] ?? [])
      seconds.set(name, [...(seconds.get(name) ?? []), took])
      processor.set(name, [...(processor.get(name) ?? []), processorSeconds])
      peaks.set(name, [...(peaks.get(name) ?? []), peakBytes / 2 ** 20])
    }
  }
} finally {
  rmSync(folder, { recursive: true })
}
const report: Report = {
  title: `Drift report of ${rows} rows × 50 columns a side`,
  machine: {
    cores: cpus().length,
    model: cpus()[0]?.model ?? 'unknown',
    memoryBytes: totalmem(),
    node: process.version,
  },
  rounds,
  results: [
    figure('whole command', 's', seconds, 20),
    figure('processor time', 's', processor, 20),
    figure('peak memory', 'MiB', peaks, 1),
  ],
}
await publish(report, json)

/** Runs a command and watches the processor time and the most memory it had, as the kernel counts them. */
async function measure([file = '', ...args]: readonly string[]): Promise<{
  seconds: number
  processorSeconds: number
  peakBytes: number
}> {
  const begin = performance.now()
  const child = spawn(file, args, { stdio: ['ignore', 'ignore', 'inherit'] })
  let [peakBytes, processorSeconds] = [0, 0]
  const timer = setInterval(() => {
    const read = (name: string): string => readProcess(child.pid ?? 0, name)
    const found = /VmHWM:\s+(\d+) kB/.exec(read('status'))
    peakBytes = Math.max(peakBytes, Number(found?.[1] ?? 0) * 1024)
    // Behind the program's name, which may hold anything: user and system time are the 12th and 13th.
    const fields = read('stat').split(') ').at(-1)?.split(' ') ?? []
    processorSeconds = Math.max(processorSeconds, (Number(fields[11]) + Number(fields[12])) / ticksPerSecond || 0)
  }, 20)
  const status = await new Promise((resolve) => child.once('exit', resolve))
  clearInterval(timer)
  if (status !== 0) throw new Error(`${file} ended with ${String(status)}`)
  return { seconds: (performance.now() - begin) / 1000, processorSeconds, peakBytes }
}

/** Empty once the process has ended. */
function readProcess(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8')
  } catch {
    return ''
  }
}

function figure(name: string, unit: string, samples: ReadonlyMap<string, number[]>, target: number): FigureResult {
  const subjects = Object.fromEntries(
    [...samples].map(([subject, rounds]) => [
      subject,
      { median: quantile(rounds, 0.5), rounds, p95: quantile(rounds, 0.95) },
    ]),
  )
  const ratio = (subjects['evidently']?.median ?? Number.NaN) / (subjects['modelyard']?.median ?? Number.NaN)
  return { name, unit, better: 'lower', target, subjects, ratios: { evidently: ratio }, held: ratio >= target }
}
