import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { ModelyardError } from '@modelyard/contract'
import type { Platform } from '../platform/index.ts'

/** The interpreter that steps run with where nothing else is asked for, and a digest of what is installed beside it. */
export interface BasePython {
  readonly python: string
  readonly digest: string
  /** Major and minor, as `3.11`; undefined where that cannot be read. */
  readonly version: string | undefined
}

/** Finds the base interpreter. Reads names of installed packages from the disk; starts no process. */
export function createBasePython(platform: Platform): () => BasePython {
  let known: { stamp: string; base: BasePython } | undefined
  return () => {
    const { python } = platform.configuration
    if (python === undefined || !existsSync(python))
      throw new ModelyardError(
        'environment_unavailable',
        `There is no Python${python === undefined ? '' : ` at ${python}`}: MODELYARD_PYTHON is not set, the set-up made none, and python3 is not on the PATH.`,
      )
    const folders = packageFolders(python)
    const stamp = JSON.stringify([python, ...folders.map((folder) => [folder, statSync(folder).mtimeMs])])
    if (known?.stamp !== stamp)
      known = { stamp, base: { python, digest: environmentDigest(python, folders), version: minorVersion(python) } }
    return known.base
  }
}

function minorVersion(python: string): string | undefined {
  const configuration = join(dirname(python), '..', 'pyvenv.cfg')
  const text = existsSync(configuration)
    ? (/^version\s*=\s*(\S+)/m.exec(readFileSync(configuration, 'utf8'))?.[1] ?? '')
    : realpathSync(python)
  return /(3\.\d+)/.exec(text)?.[1]
}

/** Folders with installed packages: the virtual environment's, or those beside the interpreter. */
function packageFolders(python: string): string[] {
  const roots = existsSync(join(dirname(python), '..', 'pyvenv.cfg'))
    ? [join(dirname(python), '..', 'lib')]
    : [join(dirname(realpathSync(python)), '..', 'lib'), '/usr/lib', '/usr/local/lib']
  const folders: string[] = []
  for (const root of roots) {
    for (const name of existsSync(root) ? readdirSync(root) : []) {
      if (!/^python3(\.\d+)?$/.test(name)) continue
      for (const kind of ['site-packages', 'dist-packages'])
        if (existsSync(join(root, name, kind))) folders.push(join(root, name, kind))
    }
  }
  return folders
}

/** SHA-256 over the interpreter's version, the platform and the names (with versions) of the installed distributions. */
function environmentDigest(python: string, folders: readonly string[]): string {
  const configuration = join(dirname(python), '..', 'pyvenv.cfg')
  const version = existsSync(configuration)
    ? (/^version\s*=\s*(\S+)/m.exec(readFileSync(configuration, 'utf8'))?.[1] ?? '')
    : realpathSync(python)
  const distributions = folders.flatMap((folder) =>
    readdirSync(folder).filter((name) => name.endsWith('.dist-info') || name.endsWith('.egg-info')),
  )
  return createHash('sha256')
    .update(JSON.stringify([version, process.platform, process.arch, [...new Set(distributions)].toSorted()]))
    .digest('hex')
}
