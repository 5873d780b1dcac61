import { createHash } from 'node:crypto'

/** A file of a stored folder. `path` is relative with `/`. */
export interface TreeEntry {
  readonly path: string
  readonly digest: string
  readonly sizeBytes: number
  readonly mode: 'file' | 'executable'
}

/** The one text a set of entries has: sorted by path in code-unit order, fixed key order, no spaces. Its SHA-256 is the folder's digest. */
export function treeManifest(entries: readonly TreeEntry[]): string {
  const sorted = [...entries].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0))
  return JSON.stringify({
    entries: sorted.map(({ path, digest, sizeBytes, mode }) => ({ path, digest, sizeBytes, mode })),
  })
}

export function treeDigest(entries: readonly TreeEntry[]): string {
  return createHash('sha256').update(treeManifest(entries)).digest('hex')
}

/** Why a path may not stand in a tree, or undefined when it may. */
export function treePathProblem(path: string): string | undefined {
  if (path.length === 0 || path.length > 1000) return 'is empty or longer than 1000 characters'
  if (path.startsWith('/') || path.includes('\\') || path.includes('\0'))
    return 'is absolute or has a backslash or a NUL'
  if (path.split('/').some((part) => part === '' || part === '.' || part === '..'))
    return 'has an empty part, `.` or `..`'
  return undefined
}
