import { AssetName, EnvironmentVersionName } from '@modelyard/contract'
import { z } from 'zod'

const Line = z.string().max(500)

/** A conda file; what conda alone knows (`prefix`, `variables`) is read over. */
export const CondaFile = z.looseObject({
  name: z.string().max(250).optional(),
  channels: z.array(z.string().max(500)).max(100).optional(),
  dependencies: z
    .array(z.union([Line, z.strictObject({ pip: z.array(Line).max(1000) })]))
    .max(1000)
    .optional(),
})

const Path = z.string().min(1).max(1000)

/** An environment in the shape of Azure ML's CLI v2; `pip` is ours. */
export const environmentKeys = {
  image: z.string().max(1000).optional(),
  /** The file's path, or what it says. */
  conda_file: z.union([Path, CondaFile]).optional(),
  /** A requirements file's path, or its lines. */
  pip: z.union([Path, z.array(Line).max(1000)]).optional(),
  build: z.looseObject({}).optional(),
  inference_config: z.looseObject({}).optional(),
  os_type: z.string().max(100).optional(),
  description: z.string().max(5000).optional(),
  tags: z
    .record(z.string().max(250), z.union([z.string().max(5000), z.number(), z.boolean()]).transform(String))
    .optional(),
}

/** The file of an environment. */
export const EnvironmentDocument = z.strictObject({
  $schema: z.string().optional(),
  name: AssetName.optional(),
  version: z.union([EnvironmentVersionName, z.number().int().min(0).transform(String)]).optional(),
  ...environmentKeys,
})

/** An environment written down where it is used. */
export const InlineEnvironment = z.strictObject({
  name: z.string().max(250).optional(),
  version: z.union([z.string().max(64), z.number()]).optional(),
  ...environmentKeys,
})

/** `environment:` of a step or a deployment. */
export const EnvironmentUse = z.union([z.string().min(1).max(1000), InlineEnvironment])

export type InlineEnvironment = z.output<typeof InlineEnvironment>
export type EnvironmentDocument = z.output<typeof EnvironmentDocument>
export type EnvironmentUse = z.output<typeof EnvironmentUse>

/** Files that an environment names, to be uploaded beside the file it stands in. */
export function filesOfEnvironment(use: EnvironmentUse | undefined): string[] {
  if (use === undefined || typeof use === 'string') return []
  return [use.conda_file, use.pip].filter((path) => typeof path === 'string')
}
