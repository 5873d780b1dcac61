import { closeSync, openSync } from 'node:fs'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import type { EnvironmentBuild } from '@modelyard/contract'
import {
  environmentBuilderArguments,
  environmentPython,
  isEnvironmentBuilt,
  processEnvironment,
  signalProcess,
  startProcess,
} from '@modelyard/platform'
import { PreparationError, type AttemptPaths } from './attempt-folder.ts'

/** An environment on its way. `started` is false when it was there already. */
export interface EnvironmentBuilding {
  readonly python: string
  readonly started: boolean
  /** Rejects with a {@link PreparationError} that says what could not be had. */
  readonly done: Promise<void>
  end(): void
}

/** Builds the environment of a lease unless it is there; what the installer prints goes into the step's log. */
export function startEnvironmentBuild(
  paths: AttemptPaths,
  basePython: string,
  environments: string,
  build: EnvironmentBuild,
): EnvironmentBuilding {
  const folder = join(environments, build.digest)
  const python = environmentPython(folder)
  if (isEnvironmentBuilt(folder)) return { python, started: false, done: Promise.resolve(), end: () => undefined }
  const log = openSync(paths.log, 'a', 0o600)
  try {
    // A group of its own, so that a cancel ends the installer with all it started.
    const child = startProcess(basePython, environmentBuilderArguments(folder, build), {
      detached: true,
      stdio: ['ignore', log, log, 'pipe'],
      env: { ...processEnvironment(), PYTHONUNBUFFERED: '1' },
      cwd: paths.folder,
    })
    let said = ''
    const reports = child.stdio[3] as Readable | undefined
    reports?.on('data', (chunk: Buffer) => (said += chunk.toString('utf8')))
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    child.once('error', (error) => reject(new PreparationError(`No process could be started for it: ${error.message}`)))
    child.once('close', (code) => (code === 0 ? resolve() : reject(new PreparationError(messageOf(said)))))
    return {
      python,
      started: true,
      done: promise,
      end() {
        if (child.pid !== undefined) signalProcess(-child.pid, 'SIGKILL')
      },
    }
  } finally {
    closeSync(log)
  }
}

function messageOf(said: string): string {
  try {
    return (JSON.parse(said) as { message: string }).message
  } catch {
    return 'The environment could not be built: the installer was killed from outside.'
  }
}
