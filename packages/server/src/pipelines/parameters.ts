import type { ErrorPlace, PipelineParameter, Scalar } from '@modelyard/contract'
import { nearest } from '../platform/index.ts'
import type { InputValue, PipelineDocument } from './pipeline-document.ts'

type Type = PipelineParameter['type']

/** The parameters of a pipeline: its inputs that are values. */
export function parametersOf(pipeline: PipelineDocument): PipelineParameter[] {
  return Object.entries(pipeline.inputs ?? {}).flatMap(([name, input]) => {
    const parameter = toParameter(name, input)
    return parameter === undefined ? [] : [parameter]
  })
}

function toParameter(name: string, input: InputValue): PipelineParameter | undefined {
  if (typeof input !== 'object' || input === null) return { name, type: typeOf(input), default: input, optional: false }
  if (
    input.path !== undefined ||
    (input.type !== undefined && !['string', 'number', 'integer', 'boolean'].includes(input.type))
  )
    return undefined
  const value = input.value ?? input.default ?? null
  return {
    name,
    type: (input.type as Type | undefined) ?? typeOf(value),
    default: value,
    optional: input.optional ?? false,
  }
}

function typeOf(value: Scalar): Type {
  return typeof value === 'number' ? 'number' : typeof value === 'boolean' ? 'boolean' : 'string'
}

/** The values of a run: the defaults, with what was set. Unknown names and values of another type are errors. */
export function assignParameters(
  parameters: readonly PipelineParameter[],
  set: Readonly<Record<string, Scalar>>,
  placeOf: (path: string, message: string, suggestion?: string) => ErrorPlace,
): { values: Record<string, Scalar>; problems: ErrorPlace[] } {
  const problems: ErrorPlace[] = []
  const values: Record<string, Scalar> = Object.fromEntries(
    parameters.map((parameter) => [parameter.name, parameter.default]),
  )
  for (const [name, value] of Object.entries(set)) {
    const parameter = parameters.find((candidate) => candidate.name === name)
    if (parameter === undefined) {
      problems.push(
        placeOf(
          name,
          `there is no parameter \`${name}\`; the pipeline has ${parameters.map((known) => known.name).join(', ') || 'none'}`,
          nearest(
            name,
            parameters.map((known) => known.name),
          ),
        ),
      )
      continue
    }
    const coerced = coerce(parameter.type, value)
    if (coerced === undefined)
      problems.push(
        placeOf(
          name,
          `\`${String(value)}\` is not ${parameter.type === 'integer' ? 'an integer' : `a ${parameter.type}`}, which the parameter \`${name}\` is`,
        ),
      )
    else values[name] = coerced
  }
  return { values, problems }
}

function coerce(type: Type, value: Scalar): Scalar | undefined {
  if (value === null) return null
  if (type === 'string') return String(value)
  if (type === 'boolean')
    return typeof value === 'boolean' ? value : value === 'true' ? true : value === 'false' ? false : undefined
  const number =
    typeof value === 'number' ? value : typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN
  if (!Number.isFinite(number) || (type === 'integer' && !Number.isInteger(number))) return undefined
  return number
}
