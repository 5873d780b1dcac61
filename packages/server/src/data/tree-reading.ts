import { text } from 'node:stream/consumers'
import { Tree } from '@modelyard/contract'
import { treePathProblem, type ContentStore, type TreeEntry } from '@modelyard/platform'

const keptTrees = 500
const kept = new WeakMap<ContentStore, Map<string, readonly TreeEntry[]>>()

/** The files of a stored folder, or undefined when it is not there (or is no folder). */
export async function readTree(content: ContentStore, digest: string): Promise<readonly TreeEntry[] | undefined> {
  const cache = kept.get(content) ?? new Map<string, readonly TreeEntry[]>()
  kept.set(content, cache)
  const known = cache.get(digest)
  if (known !== undefined) return known
  const size = await content.sizeOf(digest)
  if (size === undefined || size > 64 * 2 ** 20) return undefined
  const entries = parseTree(await text(content.read(digest)))
  if (entries === undefined) return undefined
  if (cache.size >= keptTrees) cache.clear()
  cache.set(digest, entries)
  return entries
}

function parseTree(manifest: string): readonly TreeEntry[] | undefined {
  try {
    const parsed = Tree.safeParse(JSON.parse(manifest))
    return parsed.success ? parsed.data.entries : undefined
  } catch {
    return undefined
  }
}

/** Whether the folder and every one of its files are still there. */
export async function treeExists(content: ContentStore, digest: string): Promise<boolean> {
  const entries = await readTree(content, digest)
  if (entries === undefined || (await content.sizeOf(digest)) === undefined) return false
  for (const entry of entries) if ((await content.sizeOf(entry.digest)) === undefined) return false
  return true
}

/** Why these entries are no folder, or undefined when they are: unique safe paths, none a file and a folder at once, none equal but for case or Unicode form. */
export function treeProblem(entries: readonly TreeEntry[]): string | undefined {
  const seen = new Map<string, string>()
  const folders = new Set<string>()
  for (const { path } of entries) {
    const problem = treePathProblem(path)
    if (problem !== undefined) return `the path '${path.slice(0, 100)}' ${problem}`
    const folded = path.normalize('NFC').toLowerCase()
    const other = seen.get(folded)
    if (other !== undefined) return `'${path}' and '${other}' are the same file on some systems`
    seen.set(folded, path)
    const parts = folded.split('/')
    for (let length = 1; length < parts.length; length++) folders.add(parts.slice(0, length).join('/'))
  }
  for (const [folded, path] of seen) if (folders.has(folded)) return `'${path}' is a file and a folder`
  return undefined
}
