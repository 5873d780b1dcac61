import type { ModelFormat } from '@modelyard/contract'
import type { TreeEntry } from '@modelyard/platform'

/** Who changes something, and by which request. */
export interface By {
  readonly actor: string
  readonly requestId?: string
}

/** Which of a model's versions a text means: `NAME`, `NAME:3`, `NAME@champion`, with or without `azureml:` or `modelyard:` before it. */
export interface ModelReference {
  readonly name: string
  readonly version: number | 'latest' | null
  readonly alias: string | null
}

export function parseModelReference(text: string): ModelReference | undefined {
  const match = /^(?:azureml:|modelyard:)?([^@:]{1,250})(?:@([A-Za-z0-9_-]{1,255})|:(latest|\d{1,9}))?$/.exec(text)
  if (match?.[1] === undefined) return undefined
  if (match[2] === 'latest') return { name: match[1], version: 'latest', alias: null }
  if (match[2] !== undefined) return { name: match[1], version: null, alias: match[2] }
  return {
    name: match[1],
    version: match[3] === undefined || match[3] === 'latest' ? 'latest' : Number(match[3]),
    alias: null,
  }
}

/** What the files of a model are: an MLflow model has `MLmodel` at its root, an ONNX model is one `.onnx` file. */
export function recogniseFormat(entries: readonly TreeEntry[]): ModelFormat {
  if (entries.some((entry) => entry.path === 'MLmodel')) return 'mlflow'
  const onnx = entries.filter((entry) => entry.path.toLowerCase().endsWith('.onnx'))
  return onnx.length === 1 &&
    (entries.length === 1 || entries.every((entry) => entry === onnx[0] || entry.path.startsWith('.')))
    ? 'onnx'
    : 'custom'
}
