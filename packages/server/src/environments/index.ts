import { join } from 'node:path'
import { environmentsFolder } from '@modelyard/platform'
import type { Platform } from '../platform/index.ts'
import { createBasePython } from './base-python.ts'
import { environmentHandlers } from './environment-routes.ts'
import { createEnvironmentService } from './environment-service.ts'
import { createResolution, type StoredFiles } from './resolution.ts'

export { EnvironmentUse, filesOfEnvironment } from './environment-document.ts'
export { environmentMigrations } from './environment-tables.ts'
export type { EnvironmentPlace, ResolvedEnvironment } from './resolution.ts'

/** Environments: which Python a step runs with, what is installed for it, and when two are the same. */
export function createEnvironments(platform: Platform, deps: { readonly files: StoredFiles }) {
  const resolution = createResolution(platform, createBasePython(platform), deps.files)
  const service = createEnvironmentService(platform, resolution)
  return {
    handlers: environmentHandlers(platform, service),
    /** What `environment:` of a step or deployment amounts to, or what is wrong with it. */
    resolve: resolution.resolve,
    /** Where an environment is built. */
    folderOf: (digest: string): string => join(environmentsFolder(platform.configuration.home), digest),
  }
}

export type Environments = ReturnType<typeof createEnvironments>
