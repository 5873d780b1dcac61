import { ModelyardError } from '@modelyard/contract'
import type { Access } from '../http/index.ts'

/** A named collection of runs. */
export interface ExperimentRecord {
  readonly id: string
  readonly workspace: string
  readonly name: string
  readonly lifecycle: 'active' | 'deleted'
  readonly createdAt: number
  readonly updatedAt: number
  readonly createdBy: string
}

/** The experiment that every workspace has. In the workspace `default` its id is `0`; everywhere `0` means it. */
export const defaultExperimentName = 'Default'
export const defaultExperimentId = '0'

export function requireExperiment(experiment: ExperimentRecord | undefined, which: string): ExperimentRecord {
  if (experiment === undefined)
    throw new ModelyardError('experiment_not_found', `There is no experiment '${which.slice(0, 250)}'.`)
  return experiment
}

export function requireActive(experiment: ExperimentRecord): ExperimentRecord {
  if (experiment.lifecycle === 'deleted')
    throw new ModelyardError('experiment_deleted', `The experiment '${experiment.name}' was deleted.`)
  return experiment
}

export function requireExperimentName(name: string): void {
  if (name.trim() === '' || name.length > 500)
    throw new ModelyardError('name_invalid', 'An experiment name has 1 to 500 characters.')
}

/** A job's token makes experiments for its runs, but changes none: an experiment holds the runs of others. */
export function refuseRunToken(access: Access, what: string): void {
  if (access.run !== undefined)
    throw new ModelyardError('not_allowed', `The token of the run '${access.run.runId}' may not ${what}.`)
}
