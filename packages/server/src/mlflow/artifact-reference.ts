import { treePathProblem } from '@modelyard/platform'
import { invalidParameter } from './wire-error.ts'

/** Where files lie, as this server understands it. Nothing else is ever looked at: no path of a disk, no other host. */
export type ArtifactReference =
  | { readonly kind: 'run'; readonly runId: string; readonly path: string }
  | { readonly kind: 'loggedModel'; readonly modelId: string; readonly path: string }
  | { readonly kind: 'modelVersion'; readonly model: string; readonly version: string; readonly path: string }
  | { readonly kind: 'modelAlias'; readonly model: string; readonly alias: string; readonly path: string }

const identifier = /^[A-Za-z0-9][\w-]{0,255}$/
const loggedModelId = /^m-[\w-]{1,250}$/

/** The artifact root of a run: the client turns it into addresses of this server's proxy. */
export function runRoot(experimentId: string, runId: string): string {
  return `mlflow-artifacts:/${experimentId}/${runId}/artifacts`
}

export function loggedModelRoot(experimentId: string, modelId: string): string {
  return `mlflow-artifacts:/${experimentId}/models/${modelId}/artifacts`
}

export function modelVersionRoot(model: string, version: string): string {
  // A name may hold anything, and clients quote paths and queries differently, so it travels in letters that nobody quotes.
  return `mlflow-artifacts:/registered-models/${Buffer.from(model).toString('base64url')}/${version}/artifacts`
}

/** A name below a root, '' for the root itself; refused when it would leave the root, however it is spelled. */
export function checkArtifactPath(path: string): string {
  const trimmed = path.replace(/\/+$/, '')
  if (trimmed === '') return ''
  for (let spelling = trimmed, round = 0; round < 4; round++) {
    const problem = treePathProblem(spelling)
    if (problem !== undefined) throw invalidParameter(`Invalid path: '${path.slice(0, 100)}' ${problem}.`)
    const decoded = decodeOnce(spelling)
    if (decoded === spelling) break
    spelling = decoded
  }
  return trimmed
}

/** A percent sign that encodes nothing is part of a name. */
function decodeOnce(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** `<experiment>/<run>/artifacts/…`, `<experiment>/models/<m-id>/artifacts/…` or a version's files; undefined above those. */
export function parseProxyPath(path: string): ArtifactReference | undefined {
  const parts = checkArtifactPath(path.replace(/^\/+/, '')).split('/')
  const [experimentId = '', second = '', third = '', fourth = ''] = parts
  if (experimentId === 'registered-models') {
    if (parts.length < 4 || fourth !== 'artifacts') return undefined
    return {
      kind: 'modelVersion',
      model: Buffer.from(second, 'base64url').toString('utf8'),
      version: third,
      path: parts.slice(4).join('/'),
    }
  }
  if (second === 'models') {
    if (parts.length < 4) return undefined
    if (fourth !== 'artifacts' || !loggedModelId.test(third)) throw unknownPlace(path)
    return { kind: 'loggedModel', modelId: third, path: parts.slice(4).join('/') }
  }
  if (parts.length < 3) return undefined
  if (third !== 'artifacts' || !identifier.test(second)) throw unknownPlace(path)
  return { kind: 'run', runId: second, path: parts.slice(3).join('/') }
}

function unknownPlace(path: string): Error {
  return invalidParameter(`'${path.slice(0, 200)}' is not a place of a run's or a model's files.`)
}

/** The source of a model version. A local path, another host's URI or a cloud bucket is refused: this server keeps the files itself. */
export function parseSource(source: string): ArtifactReference {
  const runs = /^runs:\/+([^/]+)(?:\/(.*))?$/s.exec(source)
  if (runs !== null && identifier.test(runs[1] ?? ''))
    return { kind: 'run', runId: runs[1] ?? '', path: checkArtifactPath(runs[2] ?? '') }
  const models = /^models:\/+(.+)$/s.exec(source)
  if (models !== null) return parseModelsReference(models[1] ?? '', source)
  const proxy = /^mlflow-artifacts:\/+(.+)$/s.exec(source)
  const reference = proxy === null ? undefined : parseProxyPath(proxy[1] ?? '')
  if (reference !== undefined) return reference
  throw invalidParameter(
    `Invalid model version source: '${source.slice(0, 200)}'. Use runs:/<run_id>/<path>, models:/<model_id>, models:/<name>/<version> or an mlflow-artifacts:/ address of this server; log the files to a run first.`,
  )
}

function parseModelsReference(text: string, source: string): ArtifactReference {
  const parts = text.split('/')
  const first = parts[0] ?? ''
  if (loggedModelId.test(first))
    return { kind: 'loggedModel', modelId: first, path: checkArtifactPath(parts.slice(1).join('/')) }
  const alias = /^([^/@]+)@([^/@]+)$/.exec(text)
  if (alias !== null) return { kind: 'modelAlias', model: alias[1] ?? '', alias: alias[2] ?? '', path: '' }
  if (parts.length === 2 && /^\d{1,15}$/.test(parts[1] ?? ''))
    return { kind: 'modelVersion', model: first, version: parts[1] ?? '', path: '' }
  throw invalidParameter(`Invalid model version source: '${source.slice(0, 200)}'.`)
}
