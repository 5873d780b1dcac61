import { createHash } from 'node:crypto'
import type { ReadyStep } from '../jobs/index.ts'

/** Changes whenever the meaning of a component does; old results then count for nothing. */
const keyVersion = 1

type Components = Record<string, unknown>

/**
 * What a step's result depends on, and nothing else: its name, its compute, retries, limits and tags are not in it. `champion` is the version
 * that a gate compares with.
 */
export function keyComponents(ready: ReadyStep, champion: string | null): Components {
  const { spec } = ready
  const parameters: Record<string, unknown> = {}
  const inputs: Record<string, string> = {}
  for (const [name, input] of Object.entries(ready.inputs)) {
    if (input.kind === 'value') parameters[name] = input.value
    if (input.kind === 'tree') inputs[name] = `${input.mount}:${input.tree}`
  }
  const common = { version: keyVersion, workspace: ready.workspace, parameters, inputs }
  if (spec.kind === 'gate') return { ...common, settings: spec.settings, champion }
  return {
    ...common,
    command: spec.command,
    code: spec.code,
    outputs: Object.fromEntries(Object.entries(spec.outputs).map(([name, output]) => [name, output.type])),
    environment: spec.environmentDigest,
    environmentVariables: spec.environmentVariables,
  }
}

/** SHA-256 of the components as JSON with sorted keys. */
export function keyOf(components: Components): string {
  return createHash('sha256').update(canonical(components)).digest('hex')
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value)
      .filter(([, inner]) => inner !== undefined)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
    return `{${entries.map(([key, inner]) => `${JSON.stringify(key)}:${canonical(inner)}`).join(',')}}`
  }
  return JSON.stringify(value)
}
