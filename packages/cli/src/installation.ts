import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** The folder that has `bin/modelyard`, whether this runs from sources or from a bundle. */
export function installationFolder(): string {
  let folder = import.meta.dirname
  while (!existsSync(join(folder, 'bin', 'modelyard'))) {
    const parent = dirname(folder)
    if (parent === folder) return import.meta.dirname
    folder = parent
  }
  return folder
}

/** Where a program of ours begins: its bundle when this is a bundle, else its source. */
export function programEntry(name: 'server' | 'gateway' | 'agent'): string {
  const fromSource = import.meta.filename.endsWith('.ts')
  const root = installationFolder()
  return fromSource ? join(root, 'packages', name, 'src', 'main.ts') : join(root, 'dist', `${name}.js`)
}
