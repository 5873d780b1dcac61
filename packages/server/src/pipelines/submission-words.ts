import { ModelyardError } from '@modelyard/contract'
import { isLocal, type AssetReference, type Draft } from './plan.ts'

/** What is missing, and how it could be meant. */
export function missingAsset(asset: AssetReference): string {
  if (asset.kind === 'local') return `\`${asset.reference}\` was not uploaded; its digest belongs into \`code\``
  const what = asset.kind === 'model' ? 'model version' : 'data asset'
  return `there is no ${what} \`${asset.reference}\`${isLocal(asset.reference) ? '' : '; say `optional: true` if it may be missing, or write a path beside the file as `./…`'}`
}

/** What was taken and has no effect (yet), said on the job. */
export function warningsOf({ draft }: { readonly draft: Draft }): string[] {
  const named = draft.steps
    .filter((step) => step.document.type === 'command' && step.document.environment !== undefined)
    .map((step) => step.name)
  return named.length === 0
    ? []
    : [`The environments of ${named.join(', ')} are not built: these steps run with the default Python.`]
}

export function requireEnabled(enabled: boolean, name: string): void {
  if (!enabled) throw new ModelyardError('pipeline_disabled', `The pipeline '${name}' is disabled.`)
}
