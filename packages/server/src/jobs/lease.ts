import type { InputMount, Lease, OutputMount } from '@modelyard/contract'
import type { ReadyStep } from './ports.ts'
import { renderCommand, type Replacement } from './shell-text.ts'
import type { CommandSpec } from './step.ts'

/** The variable that holds the path of the n-th input or output of an attempt. */
const inputVariable = (position: number): string => `MODELYARD_INPUT_${position}`
const outputVariable = (position: number): string => `MODELYARD_OUTPUT_${position}`

/** What of a lease follows from the step alone: the command with its values, what to put where. */
export function leaseBody(
  ready: ReadyStep,
  spec: CommandSpec,
): Pick<Lease, 'command' | 'code' | 'inputs' | 'outputs' | 'python' | 'environment' | 'timeoutMs' | 'graceMs'> {
  const inputs: InputMount[] = []
  const positions = new Map<string, number>()
  for (const [name, input] of Object.entries(ready.inputs)) {
    if (input.kind !== 'tree') continue
    positions.set(name, inputs.length)
    inputs.push({ name, tree: input.tree, kind: input.mount })
  }
  const outputNames = Object.keys(spec.outputs)
  const outputs: OutputMount[] = Object.entries(spec.outputs).map(([name, output]) => ({
    name,
    kind: output.mount,
    fileName: output.fileName,
    ...(output.mayBeEmpty === true ? { mayBeEmpty: true } : {}),
  }))
  const replace = (kind: 'inputs' | 'outputs', name: string): Replacement => {
    if (kind === 'outputs') return { variable: outputVariable(outputNames.indexOf(name)) }
    const input = ready.inputs[name]
    if (input === undefined || input.kind === 'absent') return { absent: true }
    return input.kind === 'value' ? { value: input.value } : { variable: inputVariable(positions.get(name) ?? 0) }
  }
  return {
    command: renderCommand(spec.command, replace),
    code: spec.code,
    inputs,
    outputs,
    python: spec.python,
    environment: spec.environment ?? null,
    timeoutMs: spec.timeoutMs,
    graceMs: spec.graceMs,
  }
}
