import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

/** Runs the named comparisons, or all: `npm run bench -- tracking`. Options after `--` of a single one go to it. */
const parts = new Set(['harness.ts', 'peers.ts', 'our-server.ts', 'our-gateway.ts', 'run.ts', 'simulated-series.ts'])
const all = readdirSync(import.meta.dirname)
  .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && !parts.has(name))
  .map((name) => name.slice(0, -3))
  .toSorted()
const args = process.argv.slice(2)
const names = args.filter((name) => !name.startsWith('-') && existsSync(join(import.meta.dirname, `${name}.ts`)))
const rest = args.filter((argument) => !names.includes(argument))
let failed = 0
for (const name of names.length === 0 ? all : names) {
  const { status } = spawnSync(process.execPath, [join(import.meta.dirname, `${name}.ts`), ...rest], {
    stdio: 'inherit',
  })
  if (status !== 0) failed++
}
process.exitCode = failed === 0 ? 0 : 1
