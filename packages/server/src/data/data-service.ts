import { ModelyardError, type DataAssetVersion } from '@modelyard/contract'
import { DigestMismatch, toTimestamp, treeManifest, type TreeEntry } from '@modelyard/platform'
import type { Readable } from 'node:stream'
import { appendEvent, type Database, type Platform, type Transaction } from '../platform/index.ts'
import * as store from './data-store.ts'
import type { DataAssetTable } from './data-tables.ts'
import { readTree, treeProblem } from './tree-reading.ts'

export interface NewVersion {
  readonly workspace: string
  readonly name: string
  readonly type: 'uri_file' | 'uri_folder'
  readonly digest: string
  readonly description: string
  readonly tags: Record<string, string>
  readonly actor: string
  readonly requestId?: string
  readonly sourceRunId?: string | null
}

export function toDataAssetVersion(row: DataAssetTable): DataAssetVersion {
  return {
    name: row.name,
    version: String(row.version),
    type: row.type,
    digest: row.digest,
    sizeBytes: row.size_bytes,
    fileCount: row.file_count,
    description: row.description,
    tags: JSON.parse(row.tags) as Record<string, string>,
    createdAt: toTimestamp(row.created_at),
    createdBy: row.created_by,
    sourceRunId: row.source_run_id,
  }
}

export function createDataService(platform: Platform) {
  const { store: database, content, clock } = platform

  /** Which of the digests must be uploaded before the workspace can use them. */
  async function findMissing(workspace: string, digests: readonly string[]): Promise<string[]> {
    const visible = await store.listVisible(database.read, workspace, digests)
    const missing: string[] = []
    for (const digest of new Set(digests))
      if (!visible.has(digest) || (await content.sizeOf(digest)) === undefined) missing.push(digest)
    return missing
  }

  async function putBlob(
    workspace: string,
    digest: string,
    bytes: Readable,
  ): Promise<{ digest: string; sizeBytes: number }> {
    try {
      const stored = await content.put(bytes as AsyncIterable<Uint8Array>, digest)
      await database.write((tx) => store.grantBlobs(tx, workspace, [digest]))
      return stored
    } catch (error) {
      if (error instanceof DigestMismatch)
        throw new ModelyardError(
          'blob_digest_mismatch',
          `The body is not what it was announced as: ${error.message}, not ${digest}.`,
        )
      throw error
    }
  }

  async function requireVisible(workspace: string, digest: string): Promise<void> {
    if (!(await store.listVisible(database.read, workspace, [digest])).has(digest))
      throw new ModelyardError('blob_not_found', `The workspace '${workspace}' has nothing under ${digest}.`)
  }

  async function putTree(workspace: string, entries: readonly TreeEntry[]): Promise<string> {
    const problem = treeProblem(entries)
    if (problem !== undefined) throw new ModelyardError('tree_invalid', `The folder cannot be stored: ${problem}.`)
    const visible = await store.listVisible(database.read, workspace, [
      ...new Set(entries.map((entry) => entry.digest)),
    ])
    for (const entry of entries) {
      const size = visible.has(entry.digest) ? await content.sizeOf(entry.digest) : undefined
      if (size === undefined)
        throw new ModelyardError('blob_not_found', `The file '${entry.path}' (${entry.digest}) was not uploaded.`)
      if (size !== entry.sizeBytes)
        throw new ModelyardError('tree_invalid', `The file '${entry.path}' has ${size} bytes, not ${entry.sizeBytes}.`)
    }
    const { digest } = await content.put(Buffer.from(treeManifest(entries)))
    await database.write((tx) => store.grantBlobs(tx, workspace, [digest]))
    return digest
  }

  /** Stores a folder that the server or a node made, and lets the workspace see it with its files. */
  async function adoptTree(
    tx: Transaction,
    workspace: string,
    digest: string,
  ): Promise<readonly TreeEntry[] | undefined> {
    const entries = await readTree(content, digest)
    if (entries === undefined) return undefined
    await store.grantBlobs(tx, workspace, [digest, ...new Set(entries.map((entry) => entry.digest))])
    return entries
  }

  async function requireTree(workspace: string, digest: string): Promise<readonly TreeEntry[]> {
    await requireVisible(workspace, digest)
    const entries = await readTree(content, digest)
    if (entries === undefined) throw new ModelyardError('blob_not_found', `There is no folder under ${digest}.`)
    return entries
  }

  async function createVersion(input: NewVersion): Promise<DataAssetTable> {
    const entries = await requireTree(input.workspace, input.digest)
    if (input.type === 'uri_file' && entries.length !== 1)
      throw new ModelyardError(
        'request_invalid',
        `'${input.name}' is of the type uri_file, but the upload has ${entries.length} files.`,
      )
    return database.write((tx) => insertVersion(tx, input, entries))
  }

  /** Registers a folder that a step left, inside the transaction that ends the step. */
  async function registerOutput(tx: Transaction, input: NewVersion): Promise<void> {
    await insertVersion(tx, input, (await readTree(content, input.digest)) ?? [])
  }

  /** The next version, or the one that has the same content. */
  async function insertVersion(
    tx: Transaction,
    input: NewVersion,
    entries: readonly TreeEntry[],
  ): Promise<DataAssetTable> {
    const same = await store.findByDigest(tx, input.workspace, input.name, input.digest)
    if (same !== undefined && same.type === input.type) return same
    const newest = await store.findVersion(tx, input.workspace, input.name, 'latest')
    const row: DataAssetTable = {
      workspace: input.workspace,
      name: input.name,
      version: (newest?.version ?? 0) + 1,
      type: input.type,
      digest: input.digest,
      size_bytes: entries.reduce((sum, entry) => sum + entry.sizeBytes, 0),
      file_count: entries.length,
      description: input.description,
      tags: JSON.stringify(input.tags),
      created_at: clock.now(),
      created_by: input.actor,
      source_run_id: input.sourceRunId ?? null,
    }
    await store.insertVersion(tx, row)
    await appendEvent(tx, {
      name: 'data_asset.created',
      subject: `${row.name}:${row.version}`,
      workspace: row.workspace,
      actor: input.actor,
      at: row.created_at,
      ...(input.requestId === undefined ? {} : { requestId: input.requestId }),
      data: { name: row.name, version: String(row.version) },
      after: { name: row.name, version: row.version, digest: row.digest },
    })
    return row
  }

  /** The version that a reference names: `NAME`, `NAME:VERSION`, `NAME@latest`, with or without `azureml:` or `modelyard:` before it. */
  async function resolveAsset(db: Database, workspace: string, reference: string): Promise<DataAssetTable | undefined> {
    const match = /^(?:azureml:|modelyard:)?([A-Za-z0-9_][A-Za-z0-9._-]{0,127})(?:@latest|:(latest|\d{1,9}))?$/.exec(
      reference,
    )
    if (match?.[1] === undefined) return undefined
    return store.findVersion(
      db,
      workspace,
      match[1],
      match[2] === undefined || match[2] === 'latest' ? 'latest' : Number(match[2]),
    )
  }

  return {
    findMissing,
    putBlob,
    requireVisible,
    putTree,
    adoptTree,
    requireTree,
    createVersion,
    registerOutput,
    resolveAsset,
  }
}

export type DataService = ReturnType<typeof createDataService>
