import { readFile } from 'node:fs/promises'
import type { Client } from './client.ts'
import { sendFileBytes } from './send-file.ts'
import { inParallel, LocalFilesError, readTree, type LocalFile } from './local-tree.ts'

/** How far an upload is; `files` and `bytes` count what the server did not have. */
export interface UploadProgress {
  readonly phase: 'reading' | 'sending' | 'done'
  readonly filesSent: number
  readonly files: number
  readonly bytesSent: number
  readonly bytes: number
}

export interface UploadOptions {
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: UploadProgress) => void
}

const connections = 4
const digestsPerQuestion = 10_000
/** Files up to this size are sent in one piece; larger ones are read while they are sent. */
const wholeBytes = 1 << 20

/** Uploads a folder (or a file as a folder of one) and answers its digest; what the server has is not sent again. */
export async function uploadTree(
  client: Client,
  workspace: string,
  path: string,
  options: UploadOptions = {},
): Promise<string> {
  options.onProgress?.({ phase: 'reading', filesSent: 0, files: 0, bytesSent: 0, bytes: 0 })
  const files = await readTree(path)
  const missing = await findMissing(client, workspace, files)
  const bytes = missing.reduce((sum, file) => sum + file.sizeBytes, 0)
  let filesSent = 0
  let bytesSent = 0
  const tell = (phase: UploadProgress['phase']): void =>
    options.onProgress?.({ phase, filesSent, files: missing.length, bytesSent, bytes })
  tell('sending')
  await inParallel(missing, connections, async (file) => {
    await sendFile(client, workspace, file, options.signal)
    filesSent += 1
    bytesSent += file.sizeBytes
    tell('sending')
  })
  const entries = files.map(({ path, digest, sizeBytes, mode }) => ({ path, digest, sizeBytes, mode }))
  const { digest } = await client.call('putTree', { params: { ws: workspace }, body: { entries } })
  tell('done')
  return digest
}

async function findMissing(client: Client, workspace: string, files: readonly LocalFile[]): Promise<LocalFile[]> {
  const byDigest = new Map(files.map((file) => [file.digest, file]))
  const digests = [...byDigest.keys()]
  const missing: LocalFile[] = []
  for (let start = 0; start < digests.length; start += digestsPerQuestion) {
    const body = { digests: digests.slice(start, start + digestsPerQuestion) }
    const answer = await client.call('findMissingBlobs', { params: { ws: workspace }, body })
    for (const digest of answer.missing) {
      const file = byDigest.get(digest)
      if (file !== undefined) missing.push(file)
    }
  }
  return missing
}

async function sendFile(
  client: Client,
  workspace: string,
  file: LocalFile,
  signal: AbortSignal | undefined,
): Promise<void> {
  const params = { ws: workspace, digest: file.digest }
  if (file.sizeBytes <= wholeBytes) {
    await client.call('putBlob', { params, rawBody: await readWhole(file), signal })
    return
  }
  const prepared = client.requestOf('putBlob', { params, rawBody: '' })
  await sendFileBytes(prepared, { path: file.file, sizeBytes: file.sizeBytes }, signal)
}

async function readWhole(file: LocalFile): Promise<Uint8Array<ArrayBuffer>> {
  const content = await readFile(file.file)
  if (content.byteLength !== file.sizeBytes)
    throw new LocalFilesError(`${file.file} changed while it was being uploaded; try again when nothing writes to it.`)
  return content
}
