import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { compare, publish } from './harness.ts'
import { startOurServer } from './our-server.ts'
import { peerProgram } from './peers.ts'

/**
 * 300 independent steps that do next to nothing, two at a time, as whole commands: `modelyard job create --wait` against a running server, beside
 * `snakemake` with two cores. Then the same again: nothing has changed, so nothing runs.
 */
const steps = 300
const { values: options } = parseArgs({
  options: { json: { type: 'string' }, rounds: { type: 'string', default: '5' } },
})
const folder = mkdtempSync(join(tmpdir(), 'modelyard-bench-'))
const snakemake = peerProgram('snakemake')
const home = join(folder, 'home')
const command = join(import.meta.dirname, '..', 'bin', 'modelyard')
const ours = await startOurServer(home)

try {
  const report = await compare(
    `${steps} steps`,
    [
      { name: 'modelyard', measure: async (round) => ourRound(round) },
      { name: 'snakemake', measure: async () => theirRound() },
    ],
    [
      { name: 'first run', unit: 's', better: 'lower', target: 2 },
      { name: 'full reuse', unit: 's', better: 'lower', target: 4 },
    ],
    Number(options.rounds),
  )
  await publish(report, options.json)
} finally {
  await ours.stop()
  rmSync(folder, { recursive: true, force: true })
}

function ourRound(round: number): Record<string, number[]> {
  // Every round's steps differ from those before, by a variable that their key holds.
  const jobs = Array.from(
    { length: steps },
    (_, index) =>
      `  s${index}:\n    type: command\n    command: "true"\n    environment_variables: { N: "${index}-${round}" }\n`,
  )
  const file = join(folder, 'pipeline.yml')
  writeFileSync(file, `type: pipeline\njobs:\n${jobs.join('')}`)
  const submit = (): number =>
    timed(command, ['job', 'create', '-f', file, '--wait', '--json'], { MODELYARD_HOME: home })
  return { 'first run': [submit()], 'full reuse': [submit()] }
}

function theirRound(): Record<string, number[]> {
  const place = mkdtempSync(join(folder, 'snakemake-'))
  writeFileSync(
    join(place, 'Snakefile'),
    `rule all:\n    input: expand("out/{i}.txt", i=range(${steps}))\nrule step:\n    output: "out/{i}.txt"\n    shell: "touch {output}"\n`,
  )
  const run = (): number => timed(snakemake, ['-c2', '-q', 'all'], {}, place)
  return { 'first run': [run()], 'full reuse': [run()] }
}

/** Seconds that a whole command takes. */
function timed(file: string, args: readonly string[], env: Record<string, string>, cwd = folder): number {
  const begun = performance.now()
  const { status, stderr } = spawnSync(file, [...args], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`${file} ended with ${status}: ${stderr.slice(-2000)}`)
  return (performance.now() - begun) / 1000
}
