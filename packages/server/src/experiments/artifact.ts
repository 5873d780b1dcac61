import { ModelyardError } from '@modelyard/contract'
import { treePathProblem, type TreeEntry } from '@modelyard/platform'

/** A file or a folder one level below another. `path` is from the owner's root. */
export interface ArtifactItem {
  readonly path: string
  readonly isFolder: boolean
  readonly sizeBytes: number | null
  readonly digest: string | null
}

/** Refuses what is not a plain relative name: the name is a key, and stays one when it is written into a folder later. */
export function requireArtifactPath(path: string): void {
  const problem = treePathProblem(path)
  if (problem !== undefined)
    throw new ModelyardError('name_invalid', `The artifact path '${path.slice(0, 100)}' ${problem}.`)
}

/** What one looks at in a folder: its files, and its folders once each. */
export function oneLevel(entries: readonly TreeEntry[], folder: string): ArtifactItem[] {
  const prefix = folder === '' ? '' : `${folder}/`
  const items = new Map<string, ArtifactItem>()
  for (const entry of entries) {
    if (!entry.path.startsWith(prefix)) continue
    const rest = entry.path.slice(prefix.length)
    const slash = rest.indexOf('/')
    if (slash === -1)
      items.set(entry.path, { path: entry.path, isFolder: false, sizeBytes: entry.sizeBytes, digest: entry.digest })
    else {
      const path = prefix + rest.slice(0, slash)
      if (!items.has(path)) items.set(path, { path, isFolder: true, sizeBytes: null, digest: null })
    }
  }
  return [...items.values()]
}

/** Entries of a folder with their paths from that folder. */
export function relativeTo(entries: readonly TreeEntry[], folder: string): TreeEntry[] {
  if (folder === '') return [...entries]
  return entries
    .filter((entry) => entry.path.startsWith(`${folder}/`))
    .map((entry) => Object.assign({}, entry, { path: entry.path.slice(folder.length + 1) }))
}

const types = new Map<string, string>([
  ['json', 'application/json'],
  ['txt', 'text/plain; charset=utf-8'],
  ['log', 'text/plain; charset=utf-8'],
  ['md', 'text/markdown; charset=utf-8'],
  ['py', 'text/plain; charset=utf-8'],
  ['yaml', 'text/plain; charset=utf-8'],
  ['yml', 'text/plain; charset=utf-8'],
  ['csv', 'text/csv; charset=utf-8'],
  ['html', 'text/html; charset=utf-8'],
  ['png', 'image/png'],
  ['jpg', 'image/jpeg'],
  ['jpeg', 'image/jpeg'],
  ['gif', 'image/gif'],
  ['svg', 'image/svg+xml'],
  ['webp', 'image/webp'],
  ['pdf', 'application/pdf'],
  ['zip', 'application/zip'],
  ['gz', 'application/gzip'],
])

/** The media type of a file by its ending. `MLmodel` and friends without one are text when they look like it to people. */
export function contentTypeOf(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1)
  if (name === 'MLmodel') return 'text/plain; charset=utf-8'
  return types.get(name.slice(name.lastIndexOf('.') + 1).toLowerCase()) ?? 'application/octet-stream'
}
