import { LocalFilesError, uploadTree, type UploadProgress } from '@modelyard/client/node'
import { dirname, resolve } from 'node:path'
import { bytes, count } from '../output/words.ts'
import type { Session } from '../session.ts'

/** Uploads a file or folder with its progress on the terminal; answers the digest of its tree. */
export async function upload(session: Session, path: string, shown = path): Promise<string> {
  const { output } = session
  const begun = session.host.clock.monotonic()
  let last: UploadProgress | undefined
  const onProgress = (progress: UploadProgress): void => {
    last = progress
    if (output.live && session.host.clock.monotonic() - begun > 200)
      output.raw(`\r\u001B[K${output.errorStyle.dim(describe(shown, progress))}`)
  }
  try {
    return await uploadTree(session.client, session.workspace, path, { onProgress })
  } finally {
    if (output.live) output.raw('\r\u001B[K')
    if (last !== undefined && last.files > 0 && !output.json)
      output.note(output.errorStyle.dim(`uploaded ${shown}: ${count(last.files, 'file')}, ${bytes(last.bytes)}`))
  }
}

/** Uploads the paths that a file names, each relative to it; answers digests by the paths as they are written. */
export async function uploadNamed(
  session: Session,
  file: string,
  paths: readonly string[],
): Promise<Record<string, string>> {
  const folder = file === '-' ? session.host.folder : dirname(resolve(session.host.folder, file))
  const digests: Record<string, string> = {}
  for (const path of paths) {
    try {
      digests[path] = await upload(session, resolve(folder, path), path)
    } catch (error) {
      if (error instanceof LocalFilesError) throw new LocalFilesError(`${file} names ${path}. ${error.message}`)
      throw error
    }
  }
  return digests
}

function describe(shown: string, progress: UploadProgress): string {
  if (progress.phase === 'reading') return `reading ${shown} …`
  return `uploading ${shown}: ${progress.filesSent}/${count(progress.files, 'file')}, ${bytes(progress.bytesSent)} of ${bytes(progress.bytes)}`
}
