import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { inParallel, readTree, treeDigestOf } from './local-tree.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tree-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function write(path: string, text = path): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true })
  writeFileSync(join(folder, path), text)
}
const pathsOf = async (): Promise<string[]> => (await readTree(folder)).map((file) => file.path)

describe('reading a folder for an upload', () => {
  it('lists files by name with digest, size and mode, whatever the order on disk', async () => {
    write('b.py', 'b')
    write('a/run.sh', '')
    chmodSync(join(folder, 'a/run.sh'), 0o755)
    const files = await readTree(folder)
    expect(files.map(({ path, sizeBytes, mode }) => ({ path, sizeBytes, mode }))).toEqual([
      { path: 'a/run.sh', sizeBytes: 0, mode: 'executable' },
      { path: 'b.py', sizeBytes: 1, mode: 'file' },
    ])
    expect(files[0]?.digest).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
  })

  it('makes a tree with one entry of a single file', async () => {
    write('days.csv')
    expect((await readTree(join(folder, 'days.csv'))).map((file) => file.path)).toEqual(['days.csv'])
  })

  it('leaves out caches, version control and installed packages at any depth', async () => {
    for (const name of ['.git/HEAD', 'x/__pycache__/a.pyc', 'node_modules/a/b.js', '.venv/bin/python', 'x/keep.py'])
      write(name)
    expect(await pathsOf()).toEqual(['x/keep.py'])
  })

  it('follows the patterns of .modelyardignore, and of .amlignore only without it', async () => {
    for (const name of ['a.log', 'x/b.log', 'keep.log', 'data/raw.csv', 'x/data/raw.csv', 'docs/deep/a.md']) write(name)
    write('.amlignore', 'keep.log\n*.log')
    expect(await pathsOf()).toEqual(['data/raw.csv', 'docs/deep/a.md', 'x/data/raw.csv'])
    write('.modelyardignore', '# logs\n*.log\n!keep.log\n/data/\ndocs/**')
    expect(await pathsOf()).toEqual(['keep.log', 'x/data/raw.csv'])
  })

  it('refuses a link that leaves the folder, a link to nothing and a link in a circle', async () => {
    symlinkSync('/etc/hostname', join(folder, 'out'))
    await expect(readTree(folder)).rejects.toThrow(/leads out of/)
    rmSync(join(folder, 'out'))
    symlinkSync('nowhere', join(folder, 'dangling'))
    await expect(readTree(folder)).rejects.toThrow(/link to nothing/)
    rmSync(join(folder, 'dangling'))
    mkdirSync(join(folder, 'deep'))
    symlinkSync('..', join(folder, 'deep', 'circle'))
    await expect(readTree(folder)).rejects.toThrow(/folder above/)
  })

  it('takes what a link inside the folder leads to', async () => {
    write('real/a.py')
    symlinkSync('real', join(folder, 'alias'))
    expect(await pathsOf()).toEqual(['alias/a.py', 'real/a.py'])
  })

  it('names the path that does not exist', async () => {
    await expect(readTree(join(folder, 'missing'))).rejects.toThrow(/no file or folder at .*missing/)
  })
})

describe('the digest of a tree', () => {
  const entry = fc.record({
    path: fc.string({ minLength: 1, maxLength: 20 }),
    digest: fc.string({ unit: fc.constantFrom('0', '5', 'a', 'f'), minLength: 64, maxLength: 64 }),
    sizeBytes: fc.nat(),
    mode: fc.constantFrom('file' as const, 'executable' as const),
  })
  const tree = fc.uniqueArray(entry, { selector: ({ path }) => path, minLength: 1, maxLength: 12 })

  it('does not depend on the order of the entries', () => {
    fc.assert(fc.property(tree, (entries) => treeDigestOf(entries.toReversed()) === treeDigestOf(entries)))
  })

  it('changes with every part of every entry', () => {
    fc.assert(
      fc.property(tree, fc.nat(), (entries, pick) => {
        const index = pick % entries.length
        const changed = (change: object): (typeof entries)[number][] =>
          entries.map((each, at) => (at === index ? { ...each, ...change } : each))
        const chosen = entries[index]
        if (chosen === undefined) return
        const before = treeDigestOf(entries)
        expect(treeDigestOf(changed({ path: `${chosen.path}+` }))).not.toBe(before)
        expect(treeDigestOf(changed({ sizeBytes: chosen.sizeBytes + 1 }))).not.toBe(before)
        expect(treeDigestOf(changed({ mode: chosen.mode === 'file' ? 'executable' : 'file' }))).not.toBe(before)
      }),
    )
  })
})

describe('work in parallel', () => {
  it('keeps the order of the answers and never runs more at once than allowed', async () => {
    let running = 0
    let most = 0
    const answers = await inParallel([3, 1, 2, 5, 4], 2, async (item) => {
      running += 1
      most = Math.max(most, running)
      await Promise.resolve()
      running -= 1
      return item * 2
    })
    expect(answers).toEqual([6, 2, 4, 10, 8])
    expect(most).toBe(2)
  })
})
