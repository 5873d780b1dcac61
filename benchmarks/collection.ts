import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { RoutedDeployment } from '@modelyard/contract'
import { quantile } from './harness.ts'
import { startGateway, type BenchGateway } from './our-gateway.ts'

/**
 * What collection costs: a scoring script behind the gateway, two workers, `wrk` on the same cores. At saturation with 32 connections, requests per
 * second; and at a steady load far below it, p99. Rounds alternate between collection on and off on the same running gateway, the order turned around
 * each time; each pair gives a ratio (or a difference), and the median of the pairs is the figure.
 */
const { values: options } = parseArgs({
  options: {
    json: { type: 'string' },
    rounds: { type: 'string', default: '9' },
    seconds: { type: 'string', default: '3' },
  },
})
const rounds = Number(options.rounds)
const seconds = Number(options.seconds)
const targets = { shareOfRequests: 0.05, p99Ms: 0.05 }
if (spawnSync('wrk', ['--version']).error !== undefined) {
  process.stderr.write('wrk is missing; install it: apt-get install wrk\n')
  process.exit(1)
}

interface Load {
  readonly requestsPerSecond: number
  readonly p99Ms: number
  /** Of gateway and workers for one request: holds still where others use the machine, too. */
  readonly cpuMicroseconds: number
}

const folder = mkdtempSync(join(tmpdir(), 'modelyard-bench-'))
const code = join(folder, 'code')
mkdirSync(code)
writeFileSync(
  join(code, 'score.py'),
  'import json\n\n\ndef init():\n    pass\n\n\ndef run(data):\n    return [sum(row) for row in json.loads(data)["data"]]\n',
)
const lua = join(folder, 'load.lua')
writeFileSync(
  lua,
  `wrk.method = "POST"\nwrk.body = '{"data":[[1.0,2.0,3.0,4.0,5.0,6.0]]}'\nwrk.headers["Content-Type"] = "application/json"\n`,
)
const gateway = await startGateway(folder)
try {
  const full = await comparePairs(gateway, 32)
  const light = await comparePairs(gateway, 2)
  const report = {
    title: 'Collection on, beside collection off',
    rounds,
    saturated: {
      connections: 32,
      on: median(full.map((pair) => pair.on.requestsPerSecond)),
      off: median(full.map((pair) => pair.off.requestsPerSecond)),
      cost: median(full.map((pair) => 1 - pair.on.requestsPerSecond / pair.off.requestsPerSecond)),
      target: targets.shareOfRequests,
      cpuMicroseconds: {
        on: median(full.map((pair) => pair.on.cpuMicroseconds)),
        off: median(full.map((pair) => pair.off.cpuMicroseconds)),
      },
    },
    p99: {
      connections: 2,
      onMs: median(light.map((pair) => pair.on.p99Ms)),
      offMs: median(light.map((pair) => pair.off.p99Ms)),
      costMs: median(light.map((pair) => pair.on.p99Ms - pair.off.p99Ms)),
      target: targets.p99Ms,
    },
    counts: await gateway.counts(),
  }
  const { saturated, p99, counts } = report
  const held = saturated.cost <= saturated.target && p99.costMs <= p99.target
  process.stdout.write(
    [
      `${report.title} (${rounds} alternating pairs of ${seconds} s)`,
      `  requests, ${saturated.connections} connections`,
      `    on  ${saturated.on.toFixed(0)} per s`,
      `    off ${saturated.off.toFixed(0)} per s`,
      `    cost ${(saturated.cost * 100).toFixed(1)} %, target ≤ ${saturated.target * 100} %: ${saturated.cost <= saturated.target ? 'held' : 'NOT HELD'}`,
      `    CPU of gateway and workers per request: on ${saturated.cpuMicroseconds.on.toFixed(1)} µs, off ${saturated.cpuMicroseconds.off.toFixed(1)} µs`,
      `  p99, ${p99.connections} connections`,
      `    on  ${(p99.onMs * 1000).toFixed(0)} µs`,
      `    off ${(p99.offMs * 1000).toFixed(0)} µs`,
      `    cost ${(p99.costMs * 1000).toFixed(0)} µs, target ≤ ${p99.target * 1000} µs: ${p99.costMs <= p99.target ? 'held' : 'NOT HELD'}`,
      `  counts ${JSON.stringify(counts)}`,
      '',
    ].join('\n'),
  )
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(report, undefined, 2)}\n`)
  if (!held) process.exitCode = 1
} finally {
  await gateway.stop()
  rmSync(folder, { recursive: true, force: true })
}

async function comparePairs(target: BenchGateway, connections: number): Promise<{ on: Load; off: Load }[]> {
  const pairs: { on: Load; off: Load }[] = []
  for (let round = 0; round <= rounds; round++) {
    const found: Partial<Record<'on' | 'off', Load>> = {}
    for (const state of round % 2 === 0 ? (['on', 'off'] as const) : (['off', 'on'] as const)) {
      await target.serve(deployment(state === 'on'))
      found[state] = await load(target, connections)
    }
    // The first pair warms up.
    if (round > 0 && found.on !== undefined && found.off !== undefined) pairs.push({ on: found.on, off: found.off })
  }
  return pairs
}

function deployment(collects: boolean): RoutedDeployment {
  return {
    name: 'blue',
    revision: 1,
    weight: 100,
    instanceCount: 2,
    python: join(import.meta.dirname, '..', '.venv', 'bin', 'python'),
    codeFolder: code,
    scoringScript: 'score.py',
    modelFolder: null,
    modelFormat: null,
    modelName: 'bench',
    modelVersion: '1',
    env: {},
    requestTimeoutMs: 60_000,
    maxConcurrentRequests: 256,
    maxQueue: 256,
    maxBatchRows: 1,
    logFile: join(folder, 'blue.log'),
    collection: collects ? { samplingRate: 1, redact: [], columns: null } : null,
    mirrorPercent: 0,
  }
}

async function load(target: BenchGateway, connections: number): Promise<Load> {
  const before = await target.cpuSeconds()
  const { stdout } = spawnSync(
    'wrk',
    ['-t1', `-c${connections}`, `-d${seconds}s`, '--latency', '-s', lua, target.url],
    {
      encoding: 'utf8',
    },
  )
  if (/Non-2xx/.test(stdout)) throw new Error(`requests were refused:\n${stdout}`)
  const p99 = /99%\s+([\d.]+)(us|ms|s)/.exec(stdout)
  const scale = { us: 0.001, ms: 1, s: 1000 }[p99?.[2] ?? 'ms'] ?? 1
  return {
    requestsPerSecond: Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1]),
    p99Ms: Number(p99?.[1]) * scale,
    cpuMicroseconds: (((await target.cpuSeconds()) - before) * 1e6) / Number(/(\d+) requests in/.exec(stdout)?.[1]),
  }
}

function median(values: readonly number[]): number {
  return quantile(values, 0.5)
}
