import { z } from 'zod'
import { EnvironmentUse } from '../environments/index.ts'

const Name = z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/, 'use 1 to 128 of A-Z, a-z, 0-9, _, . and -')
const Key = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_-]{0,127}$/, 'use letters, digits, _ and -, beginning with a letter or _')
const ScalarValue = z.union([z.string().max(6000), z.number(), z.boolean(), z.null()])
const Text = z.string().max(10_000)
const Tags = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]).transform(String))

export const assetTypes = ['uri_file', 'uri_folder', 'mltable', 'mlflow_model', 'custom_model', 'triton_model'] as const
const scalarTypes = ['string', 'number', 'integer', 'boolean'] as const

/** An input: a value, a binding, or an asset. */
const InputObject = z.strictObject({
  type: z.enum([...assetTypes, ...scalarTypes]).optional(),
  path: z.string().min(1).max(1000).optional(),
  value: ScalarValue.optional(),
  default: ScalarValue.optional(),
  mode: z.enum(['ro_mount', 'rw_mount', 'download', 'direct', 'upload', 'eval_mount', 'eval_download']).optional(),
  optional: z.boolean().optional(),
  description: Text.optional(),
})
const Input = z.union([ScalarValue, InputObject])
const Inputs = z.record(Key, Input)

const OutputObject = z.strictObject({
  type: z.enum(assetTypes).default('uri_folder'),
  /** The data asset that a success registers the output as. */
  name: Name.optional(),
  /** A folder that is left empty is no failure. */
  optional: z.boolean().optional(),
  path: z.string().max(1000).optional(),
  mode: z.enum(['rw_mount', 'upload', 'direct']).optional(),
  description: Text.optional(),
})
const Output = z.union([OutputObject, z.string().max(1000), z.null()])

const reuse = { allow_reuse: z.boolean().optional(), is_deterministic: z.boolean().optional() }

const commandKeys = {
  $schema: z.string().optional(),
  type: z.literal('command'),
  name: Name.optional(),
  display_name: Text.optional(),
  experiment_name: z.string().min(1).max(250).optional(),
  description: Text.optional(),
  tags: Tags.optional(),
  command: z.string().min(1).max(20_000),
  code: z.string().min(1).max(1000).optional(),
  environment: EnvironmentUse.optional(),
  environment_variables: z
    .record(
      z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'use letters, digits and _'),
      z.union([z.string(), z.number(), z.boolean()]).transform(String),
    )
    .optional(),
  compute: z.string().max(200).optional(),
  resources: z.looseObject({}).optional(),
  limits: z
    .strictObject({
      timeout: z
        .number()
        .positive()
        .max(30 * 86_400),
    })
    .optional(),
  retry: z.strictObject({ max: z.number().int().min(0).max(20) }).optional(),
  grace_seconds: z.number().min(0).max(600).optional(),
  inputs: Inputs.optional(),
  outputs: z.record(Key, Output).optional(),
  needs: z.array(Name).max(1000).optional(),
  ...reuse,
}

export const CommandStep = z.strictObject(commandKeys)

export const GateStep = z.strictObject({
  type: z.literal('gate'),
  name: Name.optional(),
  display_name: Text.optional(),
  description: Text.optional(),
  model: z.string().min(1).max(250),
  challenger: z.string().max(500),
  rows: z.string().max(500).optional(),
  metric: z.string().min(1).max(250),
  goal: z.enum(['minimize', 'maximize']),
  min_improvement: z.number().min(0).default(0),
  min_rows: z.number().int().min(2).max(10_000_000).default(100),
  promote: z.boolean().default(false),
  needs: z.array(Name).max(1000).optional(),
  ...reuse,
})

const Step = z.discriminatedUnion('type', [CommandStep, GateStep])

export const PipelineDocument = z.strictObject({
  $schema: z.string().optional(),
  type: z.literal('pipeline'),
  name: Name.optional(),
  display_name: Text.optional(),
  experiment_name: z.string().min(1).max(250).optional(),
  description: Text.optional(),
  tags: Tags.optional(),
  compute: z.string().max(200).optional(),
  settings: z
    .strictObject({
      default_compute: z.string().max(200).optional(),
      default_datastore: z.string().max(200).optional(),
      continue_on_step_failure: z.boolean().default(false),
      force_rerun: z.boolean().default(false),
    })
    .optional(),
  inputs: Inputs.optional(),
  outputs: z.record(Key, Output).optional(),
  jobs: z
    .record(Name, Step)
    .refine((jobs) => Object.keys(jobs).length > 0, 'has no step')
    .refine((jobs) => Object.keys(jobs).length <= 20_000, 'has more than 20000 steps'),
})

/** A job file: a pipeline, or one command. */
export const JobDocument = z.discriminatedUnion('type', [PipelineDocument, CommandStep])

export type PipelineDocument = z.output<typeof PipelineDocument>
export type CommandStep = z.output<typeof CommandStep>
export type GateStep = z.output<typeof GateStep>
export type StepDocument = CommandStep | GateStep
export type InputValue = z.output<typeof Input>
export type OutputValue = z.output<typeof Output>
export type JobDocument = z.output<typeof JobDocument>

/** One command is a pipeline of one step whose inputs are the pipeline's. */
export function asPipeline(document: JobDocument): { pipeline: PipelineDocument; single: boolean } {
  if (document.type === 'pipeline') return { pipeline: document, single: false }
  const name = document.name ?? 'main'
  const { experiment_name, display_name, description, tags, ...step } = document
  const inputs =
    document.inputs === undefined
      ? undefined
      : Object.fromEntries(Object.keys(document.inputs).map((key) => [key, `\${{parent.inputs.${key}}}`]))
  return {
    single: true,
    pipeline: {
      type: 'pipeline',
      ...(experiment_name === undefined ? {} : { experiment_name }),
      ...(display_name === undefined ? {} : { display_name }),
      ...(description === undefined ? {} : { description }),
      ...(tags === undefined ? {} : { tags }),
      name,
      ...(document.inputs === undefined ? {} : { inputs: document.inputs }),
      jobs: { [name]: { ...step, ...(inputs === undefined ? {} : { inputs }) } },
    },
  }
}
