import { ModelyardError, type DataPlace, type PipelineTrigger } from '@modelyard/contract'
import type { Start } from './publishing-service.ts'

/** Keys of the body that have a meaning here; any other that is a text or a number becomes a tag. */
const known = new Set([
  'ExperimentName',
  'Description',
  'ParameterAssignments',
  'DataPathAssignments',
  'DataSetDefinitionValueAssignments',
  'RunSource',
  'DisplayName',
  'ContinueRunOnStepFailure',
  'Tags',
  'tags',
])

/** What a body in the shape of Azure ML's trigger asks for. */
export function startOf(body: PipelineTrigger): Start {
  for (const [key, members] of [
    ['body', body],
    ['ParameterAssignments', body.ParameterAssignments],
    ['DataPathAssignments', body.DataPathAssignments],
    ['Tags', body.Tags],
    ['tags', body.tags],
  ] as const)
    requireFew(key, members)
  refuseDatasets(body, 'DataSetDefinitionValueAssignments')
  const extra = Object.entries(body)
    .filter(([key, value]) => !known.has(key) && (typeof value === 'string' || typeof value === 'number'))
    .map(([key, value]) => [key.slice(0, 250), String(value).slice(0, 5000)])
  return {
    set: body.ParameterAssignments ?? {},
    takeUndeclared: true,
    experiment: body.ExperimentName ?? undefined,
    displayName: body.DisplayName ?? undefined,
    data: placesOf(body),
    continueOnStepFailure: body.ContinueRunOnStepFailure ?? undefined,
    tags: {
      ...(Object.fromEntries(extra) as Record<string, string>),
      ...(typeof body.RunSource === 'string' ? { RunSource: body.RunSource } : {}),
      ...(typeof body.Description === 'string' && body.Description !== '' ? { Description: body.Description } : {}),
      ...body.Tags,
      ...body.tags,
    },
  }
}

/** What nothing declares is kept as tags, each of them a row. */
const mostMembers = 1000

function requireFew(key: string, members: object | null | undefined): void {
  if (Object.keys(members ?? {}).length <= mostMembers) return
  throw new ModelyardError('request_invalid', `\`${key}\` has more than ${mostMembers} members.`, {
    places: [{ path: key, message: `has more than ${mostMembers} members` }],
  })
}

/** A datastore's files are the newest version of a data asset; these two exist although nothing was put into them yet. */
const datastoreAsset = (name: string): string => `datastore-${name}`
const alwaysThere = new Set(['workspaceblobstore', 'workspacefilestore'])

function placesOf(body: PipelineTrigger): Record<string, DataPlace> {
  return Object.fromEntries(
    Object.entries(body.DataPathAssignments ?? {}).map(([input, { DataStoreName, RelativePath }]) => {
      const datastore = DataStoreName ?? 'workspaceblobstore'
      return [
        input,
        { asset: datastoreAsset(datastore), path: RelativePath ?? '', mayBeEmpty: alwaysThere.has(datastore) },
      ]
    }),
  )
}

/** An assignment that would have no effect must not look as if it had one. */
function refuseDatasets(body: PipelineTrigger, key: string): void {
  const value = body[key]
  if (typeof value !== 'object' || value === null || Object.keys(value).length === 0) return
  throw new ModelyardError('request_invalid', `\`${key}\` names datasets, which a start cannot exchange here.`, {
    places: [{ path: key, message: 'is not taken; assign a DataPath, or publish with the dataset it is to read' }],
  })
}
