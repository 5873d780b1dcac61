import type { ErrorPlace } from '@modelyard/contract'
import type { EnvironmentPlace, Environments, EnvironmentUse, ResolvedEnvironment } from '../environments/index.ts'

/** The environments of one file's steps: each is looked up once, what cannot be had is said once, with the steps that asked for it. */
export function createStepEnvironments(
  environments: Environments,
  place: Omit<EnvironmentPlace, 'path'>,
  problems: ErrorPlace[],
) {
  const known = new Map<string, ResolvedEnvironment>()
  const warned = new Map<string, string[]>()

  async function of(step: string, use: EnvironmentUse | undefined): Promise<ResolvedEnvironment> {
    const key = JSON.stringify(use ?? null)
    const found = known.get(key) ?? (await lookUp(step, use))
    known.set(key, found)
    for (const warning of found.warnings) warned.set(warning, [...(warned.get(warning) ?? []), step])
    return found
  }

  async function lookUp(step: string, use: EnvironmentUse | undefined): Promise<ResolvedEnvironment> {
    const found = await environments.resolve(use, { ...place, path: ['jobs', step, 'environment'] })
    if (!('problems' in found)) return found
    problems.push(...found.problems)
    // The job is refused; what stands in its place is never run.
    return { python: '', digest: '', build: null, warnings: [] }
  }

  return {
    of,
    /** What was asked for and cannot be had here. */
    warnings: (): string[] =>
      [...warned].map(([warning, steps]) => `The environment of ${namesOf(steps)}: ${warning}.`),
  }
}

function namesOf(steps: readonly string[]): string {
  const shown = steps.slice(0, 3).join(', ')
  return steps.length > 3 ? `${shown} and ${steps.length - 3} more` : shown
}
