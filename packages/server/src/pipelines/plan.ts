import type { ErrorPlace, Scalar } from '@modelyard/contract'
import type { Binding, OutputSpec } from '../jobs/index.ts'
import { nearest } from '../platform/index.ts'
import { findCycle, foreignExpressions, parseReference, placeholdersOf } from './expression.ts'
import type {
  CommandStep,
  GateStep,
  InputValue,
  OutputValue,
  PipelineDocument,
  StepDocument,
} from './pipeline-document.ts'

/** An asset that a file names, before it is looked up. `local`: a path beside the file, to be uploaded. */
export interface AssetReference {
  readonly path: readonly (string | number)[]
  readonly reference: string
  readonly kind: 'data' | 'model' | 'local'
  readonly mount: 'file' | 'folder'
  readonly optional: boolean
}

/** What an asset reference turned out to be. */
export type Resolved = { readonly tree: string; readonly label: string; readonly mount: 'file' | 'folder' } | 'absent'

/** A step, checked against the file alone; assets, compute and code are looked up by the caller. */
export interface DraftStep {
  readonly name: string
  readonly document: StepDocument
  readonly needs: readonly string[]
  readonly inputs: Readonly<Record<string, DraftBinding>>
  readonly outputs: Readonly<Record<string, OutputSpec>>
}

export type DraftBinding =
  | Exclude<Binding, { kind: 'tree' }>
  | { readonly kind: 'asset'; readonly asset: AssetReference }

export interface Draft {
  readonly steps: readonly DraftStep[]
  readonly assets: readonly AssetReference[]
  readonly problems: readonly ErrorPlace[]
}

type PlaceOf = (path: readonly (string | number)[], message: string, suggestion?: string) => ErrorPlace

/** Works the graph of a pipeline out of its declared inputs and outputs, and finds everything that is wrong in it. */
export function draftPipeline(
  pipeline: PipelineDocument,
  values: Readonly<Record<string, Scalar>>,
  placeOf: PlaceOf,
): Draft {
  const problems: ErrorPlace[] = []
  const assets: AssetReference[] = []
  const names = Object.keys(pipeline.jobs)
  const context = { pipeline, values, placeOf, problems, assets, names }
  const steps = Object.entries(pipeline.jobs).map(([name, document]) => draftStep(context, name, document))
  const cycle = problems.length > 0 ? undefined : findCycle(new Map(steps.map((step) => [step.name, step.needs])))
  if (cycle !== undefined)
    problems.push(placeOf(['jobs', cycle[0] ?? ''], `the steps wait for each other in a circle: ${cycle.join(' → ')}`))
  return { steps, assets, problems }
}

interface Context {
  readonly pipeline: PipelineDocument
  readonly values: Readonly<Record<string, Scalar>>
  readonly placeOf: PlaceOf
  readonly problems: ErrorPlace[]
  readonly assets: AssetReference[]
  readonly names: readonly string[]
}

function draftStep(context: Context, name: string, document: StepDocument): DraftStep {
  const written = document.type === 'gate' ? gateInputs(document) : (document.inputs ?? {})
  const at = document.type === 'gate' ? ['jobs', name] : ['jobs', name, 'inputs']
  const inputs: Record<string, DraftBinding> = {}
  for (const [key, value] of Object.entries(written)) inputs[key] = bind(context, [...at, key], value)
  const outputs = document.type === 'command' ? outputsOf(document.outputs ?? {}) : {}
  if (document.type === 'command') checkCommand(context, name, document, inputs, outputs)
  const explicit = document.needs ?? []
  for (const [index, need] of explicit.entries())
    if (!context.names.includes(need))
      context.problems.push(
        context.placeOf(['jobs', name, 'needs', index], `there is no step \`${need}\``, nearest(need, context.names)),
      )
  const needs = new Set(explicit)
  for (const binding of Object.values(inputs)) if (binding.kind === 'output') needs.add(binding.step)
  return { name, document, needs: [...needs], inputs, outputs }
}

function gateInputs(document: GateStep): Record<string, InputValue> {
  return { challenger: document.challenger, ...(document.rows === undefined ? {} : { rows: document.rows }) }
}

function outputsOf(outputs: Readonly<Record<string, OutputValue>>): Record<string, OutputSpec> {
  return Object.fromEntries(
    Object.entries(outputs).map(([name, output]) => {
      const type = typeof output === 'object' && output !== null ? output.type : 'uri_folder'
      const registerAs = typeof output === 'object' && output !== null ? output.name : undefined
      return [
        name,
        {
          type,
          ...(type === 'uri_file' ? { mount: 'file', fileName: name } : { mount: 'folder', fileName: null }),
          ...(registerAs === undefined ? {} : { registerAs }),
          ...(typeof output === 'object' && output?.optional === true ? { mayBeEmpty: true } : {}),
        },
      ]
    }),
  )
}

function bind(context: Context, path: readonly (string | number)[], value: InputValue): DraftBinding {
  if (typeof value === 'string') return bindText(context, path, value, 'folder')
  if (typeof value !== 'object' || value === null) return { kind: 'value', value }
  const mount = value.type === 'uri_file' ? 'file' : 'folder'
  if (value.path !== undefined) {
    const reference = parseReference(value.path)
    if (reference !== undefined) return bindText(context, [...path, 'path'], value.path, mount)
    return asset(context, {
      path: [...path, 'path'],
      reference: value.path,
      kind: kindOf(value.type, value.path),
      mount,
      optional: value.optional ?? false,
    })
  }
  const plain = value.value ?? value.default
  if (typeof plain === 'string') return bindText(context, path, plain, mount)
  if (plain !== undefined) return { kind: 'value', value: plain }
  if (value.optional === true) return { kind: 'absent' }
  context.problems.push(context.placeOf(path, 'has neither a path nor a value'))
  return { kind: 'absent' }
}

function bindText(
  context: Context,
  path: readonly (string | number)[],
  text: string,
  _mount: 'file' | 'folder',
): DraftBinding {
  const reference = parseReference(text)
  if (reference === undefined) return { kind: 'value', value: text }
  if ('problem' in reference) {
    context.problems.push(context.placeOf(path, reference.problem))
    return { kind: 'absent' }
  }
  return reference.kind === 'parentInput'
    ? bindParent(context, path, reference.name)
    : bindOutput(context, path, reference.step, reference.output)
}

function bindParent(context: Context, path: readonly (string | number)[], name: string): DraftBinding {
  const declared = context.pipeline.inputs ?? {}
  if (!Object.hasOwn(declared, name)) {
    context.problems.push(
      context.placeOf(path, `the pipeline has no input \`${name}\``, nearest(name, Object.keys(declared))),
    )
    return { kind: 'absent' }
  }
  if (Object.hasOwn(context.values, name)) {
    const input = declared[name]
    const optional = typeof input === 'object' && input !== null && input.optional === true
    const value = context.values[name] ?? null
    return value === null && optional ? { kind: 'absent' } : { kind: 'value', value }
  }
  return bind(context, ['inputs', name], declared[name] ?? null)
}

function bindOutput(context: Context, path: readonly (string | number)[], step: string, output: string): DraftBinding {
  const source = context.pipeline.jobs[step]
  if (source === undefined) {
    context.problems.push(context.placeOf(path, `there is no step \`${step}\``, nearest(step, context.names)))
    return { kind: 'absent' }
  }
  const outputs = source.type === 'command' ? Object.keys(source.outputs ?? {}) : []
  if (!outputs.includes(output)) {
    context.problems.push(
      context.placeOf(path, `the step \`${step}\` has no output \`${output}\``, nearest(output, outputs)),
    )
    return { kind: 'absent' }
  }
  return { kind: 'output', step, output }
}

function kindOf(type: string | undefined, path: string): AssetReference['kind'] {
  if (type === 'mlflow_model' || type === 'custom_model' || type === 'triton_model')
    return isLocal(path) ? 'local' : 'model'
  return isLocal(path) ? 'local' : 'data'
}

/** A path beside the file: it begins with `.` or `/`, or has a slash or an ending and no prefix. */
export function isLocal(path: string): boolean {
  return (
    /^\.{0,2}\//.test(path) ||
    path === '.' ||
    (!/^(azureml|modelyard):/.test(path) && /[/.]/.test(path) && !/[@:]/.test(path))
  )
}

function asset(context: Context, reference: AssetReference): DraftBinding {
  if (reference.reference.startsWith('azureml://'))
    context.problems.push(
      context.placeOf(
        reference.path,
        'addresses of datastores are not taken; register the data with `modelyard data create` and name it',
      ),
    )
  if (!context.assets.some((known) => known.path.join('.') === reference.path.join('.'))) context.assets.push(reference)
  return { kind: 'asset', asset: reference }
}

function checkCommand(
  context: Context,
  name: string,
  document: CommandStep,
  inputs: Readonly<Record<string, unknown>>,
  outputs: Readonly<Record<string, unknown>>,
): void {
  const path = ['jobs', name, 'command']
  const known = { inputs, outputs }
  for (const { kind, name: used } of placeholdersOf(document.command)) {
    if (!Object.hasOwn(known[kind], used))
      context.problems.push(
        context.placeOf(
          path,
          `the command uses \`${kind}.${used}\`, which the step does not declare`,
          nearest(used, Object.keys(known[kind])),
        ),
      )
  }
  for (const inner of foreignExpressions(document.command))
    context.problems.push(
      context.placeOf(
        path,
        `\`\${{${inner}}}\` cannot stand in a command; bind it to an input and use \`\${{inputs.NAME}}\``,
      ),
    )
}

/** The bindings of a step once every asset is known. */
export function settle(
  inputs: Readonly<Record<string, DraftBinding>>,
  resolved: ReadonlyMap<string, Resolved>,
): Record<string, Binding> {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, binding]): [string, Binding] => {
      if (binding.kind !== 'asset') return [name, binding]
      const found = resolved.get(binding.asset.path.join('.'))
      return [
        name,
        found === undefined || found === 'absent'
          ? { kind: 'absent' }
          : { kind: 'tree', tree: found.tree, mount: found.mount, label: found.label },
      ]
    }),
  )
}
