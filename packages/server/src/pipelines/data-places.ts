import { ModelyardError, type DataPlace, type JobSubmission } from '@modelyard/contract'
import { readTree, type Data } from '../data/index.ts'
import type { Platform } from '../platform/index.ts'
import type { SubmissionService } from './submission-service.ts'

type Places = Readonly<Record<string, DataPlace>>

/**
 * A submission whose inputs of the given names read other data than it was published with. The folder is taken as it is now; where nothing lies at a
 * place that may be empty, it is an empty folder.
 */
export async function withData(
  platform: Platform,
  deps: { readonly data: Data; readonly submissions: SubmissionService },
  workspace: string,
  submission: JobSubmission,
  places: Places,
): Promise<JobSubmission> {
  const { assets } = deps.submissions.check(submission).draft
  const code = { ...submission.code }
  for (const [name, place] of Object.entries(places)) {
    const asset = assets.find(({ path, kind }) => kind === 'local' && path[0] === 'inputs' && path[1] === name)
    // A path that something else reads, too, would change both.
    const isAlone = asset !== undefined && assets.filter((each) => each.reference === asset.reference).length === 1
    if (asset === undefined || !isAlone)
      throw refusal(name, `the pipeline has no input \`${name}\` of uploaded data that can be exchanged`)
    code[asset.reference] = await treeAt(platform, deps.data, workspace, name, place)
  }
  return { ...submission, code }
}

async function treeAt(
  platform: Platform,
  data: Data,
  workspace: string,
  input: string,
  place: DataPlace,
): Promise<string> {
  const version = await data.resolveAsset(platform.store.read, workspace, place.asset)
  if (version === undefined && !place.mayBeEmpty) throw refusal(input, `there is no data asset \`${place.asset}\``)
  const wanted = place.path.replaceAll(/^\/+|\/+$/g, '')
  const all = version === undefined ? [] : ((await readTree(platform.content, version.digest)) ?? [])
  const entries = all.flatMap((entry) => {
    if (wanted === '') return entry.path.startsWith('.datastore/') ? [] : [entry]
    if (entry.path === wanted) return [{ ...entry, path: wanted.slice(wanted.lastIndexOf('/') + 1) }]
    return entry.path.startsWith(`${wanted}/`) ? [{ ...entry, path: entry.path.slice(wanted.length + 1) }] : []
  })
  if (entries.length === 0 && !place.mayBeEmpty)
    throw refusal(input, `there is nothing at \`${wanted}\` in \`${place.asset}\``)
  return data.putTree(workspace, entries)
}

function refusal(input: string, message: string): ModelyardError {
  return new ModelyardError('request_invalid', `${input}: ${message}.`, {
    places: [{ path: `data.${input}`, message }],
  })
}
