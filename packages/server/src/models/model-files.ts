import { text } from 'node:stream/consumers'
import { ModelyardError } from '@modelyard/contract'
import { parse } from 'yaml'
import { readTree, type Data } from '../data/index.ts'
import type { Platform, Transaction } from '../platform/index.ts'
import { recogniseFormat } from './model.ts'
import type { ModelVersionTable } from './model-tables.ts'

const largestMlmodel = 1_048_576

/** Looks at the files of a model: what kind they are, how large, and the signature where one is written down. */
export function createModelFiles(platform: Platform, deps: { data: Pick<Data, 'adoptTree'> }) {
  const { content } = platform

  async function describeFiles(
    tx: Transaction,
    workspace: string,
    tree: string,
  ): Promise<{ format: ModelVersionTable['format']; sizeBytes: number; signature: string | null }> {
    const entries = await deps.data.adoptTree(tx, workspace, tree)
    if (entries === undefined)
      throw new ModelyardError('blob_not_found', `There is no folder under ${tree}; upload it first.`)
    const sizeBytes = entries.reduce((sum, entry) => sum + entry.sizeBytes, 0)
    if (entries.length === 0 || sizeBytes === 0) throw new ModelyardError('model_invalid', 'The folder has no content.')
    return { format: recogniseFormat(entries), sizeBytes, signature: await readSignature(tree) }
  }

  /** The signature out of `MLmodel`; null when there is none or it cannot be read. */
  async function readSignature(tree: string): Promise<string | null> {
    const entry = (await readTree(content, tree))?.find((candidate) => candidate.path === 'MLmodel')
    if (entry === undefined || entry.sizeBytes > largestMlmodel) return null
    try {
      const document = parse(await text(content.read(entry.digest)), { maxAliasCount: 0 }) as {
        signature?: Record<string, unknown>
      }
      if (document.signature === undefined) return null
      const parts = Object.entries(document.signature).map(([name, value]) => [
        name,
        typeof value === 'string' ? (JSON.parse(value) as unknown) : value,
      ])
      return JSON.stringify(Object.fromEntries(parts))
    } catch {
      return null
    }
  }

  return describeFiles
}
