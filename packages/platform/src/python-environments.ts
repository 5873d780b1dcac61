import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { installationFolder } from './environment.ts'

/** What an environment is built from: a digest that names its folder, and lines for the installer. */
export interface EnvironmentRecipe {
  readonly digest: string
  readonly requirements: readonly string[]
}

/** Where environments lie under a home: one folder per digest, shared by all nodes and deployments of the machine. */
export function environmentsFolder(home: string): string {
  return join(home, 'environments')
}

/** The interpreter of an environment, whether it is built or not. */
export function environmentPython(folder: string): string {
  return join(folder, 'bin', 'python')
}

/** Whether the environment is there, whole: its record is written last. */
export function isEnvironmentBuilt(folder: string): boolean {
  return existsSync(join(folder, 'environment.json'))
}

/**
 * Arguments for the base interpreter that build an environment unless it is there. A failure is told as one line of JSON (`message`, `failed`) on
 * descriptor 3. With `then` the same process becomes the environment's interpreter with these arguments.
 */
export function environmentBuilderArguments(
  folder: string,
  recipe: EnvironmentRecipe,
  then: readonly string[] = [],
): string[] {
  const program = join(installationFolder(), 'python', 'src', 'modelyard', 'building', 'environment.py')
  const specification = JSON.stringify({ digest: recipe.digest, requirements: recipe.requirements })
  return [program, folder, specification, '--report-fd', '3', ...(then.length === 0 ? [] : ['--', ...then])]
}
