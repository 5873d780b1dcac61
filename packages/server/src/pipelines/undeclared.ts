import type { PipelineParameter, Scalar } from '@modelyard/contract'

type Values = Readonly<Record<string, Scalar>>

/** What of `set` a pipeline declares, and what it does not. */
export function splitSet(
  { parameters }: { readonly parameters: string },
  set: Values,
): { set: Record<string, Scalar>; undeclared: Record<string, Scalar> } {
  const declared = new Set((JSON.parse(parameters) as PipelineParameter[]).map((parameter) => parameter.name))
  const entries = Object.entries(set)
  return {
    set: Object.fromEntries(entries.filter(([name]) => declared.has(name))),
    undeclared: Object.fromEntries(entries.filter(([name]) => !declared.has(name))),
  }
}

/** Undeclared values stay with the job, where somebody who looks for them finds them. */
export function undeclaredTags(undeclared: Values): Record<string, string> {
  return Object.fromEntries(
    Object.entries(undeclared).map(([name, value]) => [
      `undeclared.${name}`.slice(0, 250),
      (value === null ? 'null' : String(value)).slice(0, 5000),
    ]),
  )
}

export function undeclaredWarnings(undeclared: Values): string[] {
  return Object.keys(undeclared).map(
    (name) => `The pipeline declares no parameter \`${name}\`: its value is kept as a tag and reaches no step.`,
  )
}
