import { mkdir, writeFile } from 'node:fs/promises'
import { cpus, totalmem } from 'node:os'
import { dirname } from 'node:path'

/** Something that is measured: ours or a peer. It runs during the whole comparison, so that all see the same machine. */
export interface Subject {
  readonly name: string
  /** One round: samples of each figure. */
  measure(round: number): Promise<Readonly<Record<string, readonly number[]>>>
}

export interface Figure {
  readonly name: string
  readonly unit: string
  readonly better: 'lower' | 'higher'
  /** How many times better than each peer the first subject has to be. */
  readonly target?: number
}

export interface FigureResult extends Figure {
  /** By subject: the median of the rounds' medians, each round's, and the 95th percentile of all samples. */
  readonly subjects: Readonly<Record<string, { median: number; rounds: readonly number[]; p95: number }>>
  /** By peer: how many times better the first subject is. */
  readonly ratios: Readonly<Record<string, number>>
  readonly held: boolean
}

export interface Report {
  readonly title: string
  readonly machine: {
    readonly cores: number
    readonly model: string
    readonly memoryBytes: number
    readonly node: string
  }
  readonly rounds: number
  readonly results: readonly FigureResult[]
}

/** Measures the subjects in alternating rounds, the first a warm-up that counts for nothing. */
export async function compare(
  title: string,
  subjects: readonly Subject[],
  figures: readonly Figure[],
  rounds = 5,
): Promise<Report> {
  const samples = new Map(
    subjects.map((subject) => [subject.name, [] as Readonly<Record<string, readonly number[]>>[]]),
  )
  for (let round = 0; round <= rounds; round++) {
    // Turned around each time, so that none always follows the same one.
    const order = round % 2 === 0 ? subjects : subjects.toReversed()
    for (const subject of order) {
      const measured = await subject.measure(round)
      if (round > 0) samples.get(subject.name)?.push(measured)
    }
  }
  return { title, machine: describeMachine(), rounds, results: figures.map((figure) => summarize(figure, samples)) }
}

function summarize(
  figure: Figure,
  samples: ReadonlyMap<string, readonly Readonly<Record<string, readonly number[]>>[]>,
): FigureResult {
  const subjects: Record<string, { median: number; rounds: number[]; p95: number }> = {}
  for (const [name, rounds] of samples) {
    const perRound = rounds.map((round) => round[figure.name] ?? []).filter((round) => round.length > 0)
    if (perRound.length === 0) continue
    const medians = perRound.map((round) => quantile(round, 0.5))
    subjects[name] = { median: quantile(medians, 0.5), rounds: medians, p95: quantile(perRound.flat(), 0.95) }
  }
  const [ours, ...peers] = Object.keys(subjects)
  const own = subjects[ours ?? '']?.median ?? Number.NaN
  const ratios = Object.fromEntries(
    peers.map((peer) => {
      const theirs = subjects[peer]?.median ?? Number.NaN
      return [peer, figure.better === 'lower' ? theirs / own : own / theirs]
    }),
  )
  const { target } = figure
  return {
    ...figure,
    subjects,
    ratios,
    held: target === undefined || Object.values(ratios).every((ratio) => ratio >= target),
  }
}

/** The value below which a share of the samples lies. */
export function quantile(samples: readonly number[], share: number): number {
  const sorted = samples.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

function describeMachine(): Report['machine'] {
  const all = cpus()
  return {
    cores: all.length,
    model: all[0]?.model ?? 'unknown',
    memoryBytes: totalmem(),
    node: process.version,
  }
}

/** A report as people read it. */
export function toText(report: Report): string {
  const lines = [
    `${report.title} (${report.machine.cores} cores, ${report.machine.model}, ${report.rounds} alternating rounds)`,
  ]
  for (const result of report.results) {
    lines.push(`  ${result.name}`)
    for (const [name, { median, p95 }] of Object.entries(result.subjects)) {
      const ratio = result.ratios[name]
      const beside = ratio === undefined ? '' : `   ours is ${ratio.toFixed(1)} times better`
      lines.push(`    ${name.padEnd(24)} ${median.toFixed(3)} ${result.unit}  (p95 ${p95.toFixed(3)})${beside}`)
    }
    if (result.target !== undefined) lines.push(`    target ≥ ${result.target}: ${result.held ? 'held' : 'NOT HELD'}`)
  }
  return lines.join('\n')
}

/** Prints a report, and writes it as JSON where that was asked for; the exit code says whether every target held. */
export async function publish(report: Report, jsonPath: string | undefined): Promise<void> {
  process.stdout.write(`${toText(report)}\n`)
  if (jsonPath !== undefined) {
    await mkdir(dirname(jsonPath), { recursive: true })
    await writeFile(jsonPath, `${JSON.stringify(report, null, 2)}\n`)
  }
  if (report.results.some((result) => !result.held)) process.exitCode = 1
}
