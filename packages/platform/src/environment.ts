import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, isAbsolute, join, resolve } from 'node:path'

/** The process's environment, read in this one place. */
export function environmentVariable(name: string): string | undefined {
  const value = process.env[name]
  return value === undefined || value === '' ? undefined : value
}

/** A copy of the environment, for handing to a child process. */
export function processEnvironment(): Record<string, string> {
  const copy: Record<string, string> = {}
  for (const [name, value] of Object.entries(process.env)) if (value !== undefined) copy[name] = value
  return copy
}

/** What the server alone needs to know. */
const secrets: ReadonlySet<string> = new Set(['MODELYARD_SMTP_URL'])

/** As {@link processEnvironment}, for processes that run what users wrote, and those that start these: without the server's secrets. */
export function environmentForScripts(): Record<string, string> {
  return Object.fromEntries(Object.entries(processEnvironment()).filter(([name]) => !secrets.has(name)))
}

/** The folder that holds everything of one installation. */
export function defaultHome(): string {
  return resolve(environmentVariable('MODELYARD_HOME') ?? join(homedir(), '.modelyard'))
}

/** The root of the checkout or installation: the folder that has `bin/modelyard`. */
export function installationFolder(): string {
  let folder = import.meta.dirname
  while (!existsSync(join(folder, 'bin', 'modelyard'))) {
    const parent = resolve(folder, '..')
    if (parent === folder) return import.meta.dirname
    folder = parent
  }
  return folder
}

/**
 * The Python that scripts run with: `MODELYARD_PYTHON`, else the virtual environment of `npm run setup`, else `python3` of the PATH.
 * Undefined when there is none.
 */
export function defaultPython(): string | undefined {
  const named = environmentVariable('MODELYARD_PYTHON')
  if (named !== undefined) return isAbsolute(named) ? named : findOnPath(named)
  const ofSetup = join(installationFolder(), '.venv', 'bin', 'python')
  return existsSync(ofSetup) ? ofSetup : findOnPath('python3')
}

export function findOnPath(name: string): string | undefined {
  for (const folder of (environmentVariable('PATH') ?? '').split(delimiter)) {
    if (folder !== '' && existsSync(join(folder, name))) return resolve(folder, name)
  }
  return undefined
}
