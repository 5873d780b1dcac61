import { ModelyardError } from '@modelyard/contract'
import { filesOfEnvironment } from '../environments/index.ts'
import { isLocal, type AssetReference, type Draft } from './plan.ts'

/** What is missing, and how it could be meant. */
export function missingAsset(asset: AssetReference): string {
  if (asset.kind === 'local') return `\`${asset.reference}\` was not uploaded; its digest belongs into \`code\``
  const what = asset.kind === 'model' ? 'model version' : 'data asset'
  return `there is no ${what} \`${asset.reference}\`${isLocal(asset.reference) ? '' : '; say `optional: true` if it may be missing, or write a path beside the file as `./…`'}`
}

/** Local paths of a file, each once. */
export function localPaths({ draft }: { readonly draft: Draft }): string[] {
  const code = draft.steps.flatMap((step) =>
    step.document.type === 'command' && step.document.code !== undefined ? [step.document.code] : [],
  )
  const inputs = draft.assets.filter((asset) => asset.kind === 'local').map((asset) => asset.reference)
  const environments = draft.steps.flatMap((step) =>
    step.document.type === 'command' ? filesOfEnvironment(step.document.environment) : [],
  )
  return [...new Set([...code, ...inputs, ...environments])]
}

export function requireEnabled(enabled: boolean, name: string): void {
  if (!enabled) throw new ModelyardError('pipeline_disabled', `The pipeline '${name}' is disabled.`)
}
