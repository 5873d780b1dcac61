import { join } from 'node:path'
import { ModelyardError } from '@modelyard/contract'
import type { EndpointPlace } from './doors.ts'

const namePattern = /^[a-z0-9][a-z0-9-]{0,62}$/
const collectorPrefix = 'collector-'
const collectorNamePattern = /^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/

/** Whether a workspace's, an endpoint's or a deployment's name may be part of a path. */
export function isPlaceName(name: string): boolean {
  return namePattern.test(name)
}

/** @throws ModelyardError `endpoint_not_found` for names that no endpoint can have: they never become a path. */
export function placeOf(home: string, workspace: string, endpoint: string): EndpointPlace {
  if (!isPlaceName(workspace) || !isPlaceName(endpoint))
    throw new ModelyardError('endpoint_not_found', `There is no endpoint '${endpoint}'.`)
  return {
    workspace,
    endpoint,
    stateFolder: join(home, 'collected', workspace, endpoint),
    rowsFolder: join(home, 'blobs', 'collected', workspace, endpoint),
    csvFolder: join(home, 'blobs', 'modeldata', workspace, endpoint),
    azureFolder: join(home, 'blobs', 'azureml', 'modeldata'),
  }
}

/**
 * The folder of rows that a scoring script collects under a name. A name of the gateway's own collections is kept apart from them, since those rows
 * would be there twice; undefined for a name that may not be a folder.
 */
export function collectorFolder(name: string): string | undefined {
  if (!collectorNamePattern.test(name)) return undefined
  const folder = name.toLowerCase()
  return folder === 'inputs' || folder === 'predictions' ? `${collectorPrefix}${folder}` : folder
}

/** The name that a script gave to what lies in a folder. */
export function collectorName(folder: string): string {
  return folder === `${collectorPrefix}inputs` || folder === `${collectorPrefix}predictions`
    ? folder.slice(collectorPrefix.length)
    : folder
}

const hourMs = 3_600_000
/** Years that a folder's name can have in four digits. */
const earliestMs = Date.parse('0001-01-01T00:00:00Z')
const latestMs = Date.UTC(9999, 11, 31, 23, 59, 59, 999)

/** A time that a partition can have: whole milliseconds, within four-digit years. */
export function storableTime(eventTimeMs: number): number {
  if (Number.isNaN(eventTimeMs)) return 0
  return Math.min(Math.max(Math.floor(eventTimeMs), earliestMs), latestMs)
}

/** Start of the hour in UTC. */
export function hourOf(eventTimeMs: number): number {
  return Math.floor(eventTimeMs / hourMs) * hourMs
}

/** `year=2026/month=01/day=02/hour=03` of an hour's start. */
export function partitionOf(hourStartMs: number): string {
  const text = new Date(hourStartMs).toISOString()
  return `year=${text.slice(0, 4)}/month=${text.slice(5, 7)}/day=${text.slice(8, 10)}/hour=${text.slice(11, 13)}`
}
