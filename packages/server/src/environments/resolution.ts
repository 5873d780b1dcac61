import { createHash } from 'node:crypto'
import { text } from 'node:stream/consumers'
import { ModelyardError, type EnvironmentBuild, type ErrorPlace } from '@modelyard/contract'
import type { TreeEntry } from '@modelyard/platform'
import { nearest, parseDocument, type Platform } from '../platform/index.ts'
import type { BasePython } from './base-python.ts'
import { CondaFile, type EnvironmentUse, type InlineEnvironment } from './environment-document.ts'
import { findVersion, listNames } from './environment-store.ts'
import { requirementLines, specificationOf, type Specification } from './specification.ts'

const longestFile = 1_000_000
const builtVersion = 1

/** The interpreter of a step or deployment and a digest of what is installed for it. */
export interface ResolvedEnvironment {
  /** The interpreter below; the one that runs the command where `build` is null. */
  readonly python: string
  readonly digest: string
  readonly build: EnvironmentBuild | null
  readonly warnings: readonly string[]
}

/** Where uploaded files lie; the data room has it. */
export interface StoredFiles {
  requireTree(workspace: string, digest: string): Promise<readonly TreeEntry[]>
}

/** Where something stands that names an environment. */
export interface EnvironmentPlace {
  readonly workspace: string
  /** Digests of the uploaded files by the paths as they are written. */
  readonly files: Readonly<Record<string, string>>
  readonly path: readonly (string | number)[]
  placeOf(path: readonly (string | number)[], message: string, suggestion?: string): ErrorPlace
}

type Outcome<Value> = Value | { readonly problems: readonly ErrorPlace[] }

/** Finds what an environment amounts to: its file read, its reference looked up, its lines checked. */
export function createResolution(platform: Platform, basePython: () => BasePython, stored: StoredFiles) {
  /** The environment of `use`; without one the base interpreter as it is. */
  async function resolve(
    use: EnvironmentUse | undefined,
    place: EnvironmentPlace,
  ): Promise<Outcome<ResolvedEnvironment>> {
    if (use === undefined) return onBase([], null, [])
    if (typeof use === 'string') return byReference(use, place)
    const { conda_file, pip, image, build } = use
    if (conda_file === undefined && pip === undefined && image === undefined && build === undefined)
      return byReference(`${use.name ?? ''}${use.version === undefined ? '' : `:${use.version}`}`, place)
    const found = await specify(use, place)
    return 'problems' in found ? found : onBase(found.requirements, found.python, found.warnings)
  }

  /** What an environment's file asks for. */
  async function specify(use: InlineEnvironment, place: EnvironmentPlace): Promise<Outcome<Specification>> {
    const missing: ErrorPlace[] = []
    const read = async (key: string, path: string): Promise<string> => {
      const content = await readFile(path, place)
      if (content === undefined)
        missing.push(
          place.placeOf([...place.path, key], `\`${path}\` was not uploaded; its digest belongs into \`code\``),
        )
      return content ?? ''
    }
    const { conda_file: conda, pip } = use
    const condaFile =
      typeof conda === 'string'
        ? parseDocument({ name: conda, text: (await read('conda_file', conda)) || '{}' }, CondaFile).value
        : conda
    const lines = typeof pip === 'string' ? requirementLines(await read('pip', pip)) : (pip ?? [])
    const { problems: wrong, ...found } = specificationOf(condaFile, lines, {
      conda: [...place.path, 'conda_file'],
      pip: [...place.path, 'pip'],
    })
    const problems = [...missing, ...wrong.map(({ path, message }) => place.placeOf(path, message))]
    if (problems.length > 0) return { problems }
    return { ...found, warnings: [...imageWarnings(use), ...found.warnings] }
  }

  async function readFile(path: string, place: EnvironmentPlace): Promise<string | undefined> {
    const digest = Object.hasOwn(place.files, path) ? place.files[path] : undefined
    if (digest === undefined) return undefined
    const entries = await stored.requireTree(place.workspace, digest)
    const [only] = entries
    if (only === undefined || entries.length > 1 || only.sizeBytes > longestFile)
      throw new ModelyardError('document_invalid', `\`${path}\` is not one file of up to ${longestFile} bytes.`)
    return text(platform.content.read(only.digest))
  }

  async function byReference(reference: string, place: EnvironmentPlace): Promise<Outcome<ResolvedEnvironment>> {
    const row = await find(place.workspace, reference)
    if (row !== undefined)
      return onBase(JSON.parse(row.requirements) as string[], row.python, JSON.parse(row.warnings) as string[])
    // Azure's own environments and images hold what the set-up's Python has, or they hold what a container would.
    if (/^(?:azureml:)?(?:AzureML-|\/\/registries\/)/i.test(reference) || /^[^.\s][^\s]*\/[^\s]+$/.test(reference))
      return onBase([], null, [`\`${reference}\` is not kept here; the Python of the set-up is used`])
    const hint = /^\.{0,2}\//.test(reference) ? '; write a file as `{conda_file: …}`' : ''
    const name = nameOf(reference)?.name ?? reference
    return {
      problems: [
        place.placeOf(
          place.path,
          `there is no environment \`${reference.slice(0, 200)}\`${hint}`,
          nearest(name, await listNames(platform.store.read, place.workspace)),
        ),
      ],
    }
  }

  /** The version that a reference names: `NAME`, `NAME:VERSION`, `NAME@latest`, with or without `azureml:` before it. */
  async function find(workspace: string, reference: string) {
    const named = nameOf(reference)
    return named === undefined ? undefined : findVersion(platform.store.read, workspace, named.name, named.version)
  }

  function onBase(
    requirements: readonly string[],
    python: string | null,
    warnings: readonly string[],
  ): ResolvedEnvironment {
    const base = basePython()
    const pinned = pinWarning(python, base.version)
    const all = pinned === undefined ? warnings : [pinned, ...warnings]
    if (requirements.length === 0) return { python: base.python, digest: base.digest, build: null, warnings: all }
    const lines = inOrder(requirements)
    const digest = createHash('sha256')
      .update(JSON.stringify([builtVersion, base.digest, lines]))
      .digest('hex')
    return { python: base.python, digest, build: { digest, requirements: lines }, warnings: all }
  }

  return { resolve, specify, onBase }
}

/** Two lists that differ in their order alone are one environment: options first, as written, then packages by name. */
function inOrder(requirements: readonly string[]): string[] {
  const isOption = (line: string): boolean => line.startsWith('-')
  return [...requirements.filter(isOption), ...requirements.filter((line) => !isOption(line)).toSorted()]
}

function nameOf(reference: string): { name: string; version: string } | undefined {
  const match =
    /^(?:azureml:|modelyard:)?([A-Za-z0-9_][A-Za-z0-9._-]{0,127})(?:@latest|:([A-Za-z0-9][A-Za-z0-9._-]{0,63}))?$/.exec(
      reference,
    )
  return match?.[1] === undefined ? undefined : { name: match[1], version: match[2] ?? 'latest' }
}

function pinWarning(pinned: string | null, version: string | undefined): string | undefined {
  const minor = pinned === null ? undefined : /^3\.\d+/.exec(pinned)?.[0]
  if (pinned === null || (minor === undefined && /^3(\.\*)?$/.test(pinned)) || minor === version) return undefined
  return `asks for Python ${pinned}; the machine's Python ${version ?? ''} is used`
}

function imageWarnings(use: InlineEnvironment): string[] {
  return [
    ...(use.image === undefined
      ? []
      : [`the image \`${use.image.slice(0, 200)}\` is not used: steps run without containers`]),
    ...(use.build === undefined ? [] : ['`build` is not used: steps run without containers']),
  ]
}
