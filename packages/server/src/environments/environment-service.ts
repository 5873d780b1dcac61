import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { BuiltEnvironment, ModelyardError, type EnvironmentVersion } from '@modelyard/contract'
import { environmentsFolder, toTimestamp } from '@modelyard/platform'
import { appendEvent, invalidDocument, parseDocument, type Database, type Platform } from '../platform/index.ts'
import { EnvironmentDocument } from './environment-document.ts'
import * as store from './environment-store.ts'
import type { EnvironmentTable } from './environment-tables.ts'
import type { createResolution } from './resolution.ts'

export interface NewEnvironment {
  readonly workspace: string
  readonly source: { readonly name: string; readonly text: string }
  readonly code: Readonly<Record<string, string>>
  readonly name?: string | undefined
  readonly actor: string
  readonly requestId?: string
}

/** Environments as assets: written down once, referred to by name. */
export function createEnvironmentService(platform: Platform, resolution: ReturnType<typeof createResolution>) {
  const { store: database, clock } = platform

  async function requireVersion(workspace: string, name: string, version: string): Promise<EnvironmentTable> {
    const row = await store.findVersion(database.read, workspace, name, version)
    if (row === undefined)
      throw new ModelyardError(
        'environment_not_found',
        `There is no version '${version}' of an environment '${name}' in the workspace '${workspace}'.`,
      )
    return row
  }

  async function create(input: NewEnvironment): Promise<EnvironmentTable> {
    const { value, placeOf } = parseDocument(input.source, EnvironmentDocument)
    const refuse = (path: string[], message: string): ModelyardError =>
      invalidDocument(input.source.name, [placeOf(path, message)])
    const name = input.name ?? value.name
    if (name === undefined) throw refuse(['name'], 'the environment has no name')
    if (value.version === 'latest') throw refuse(['version'], '`latest` is what the newest version is called')
    const place = { workspace: input.workspace, files: input.code, path: [], placeOf }
    const found = await resolution.specify(value, place)
    if ('problems' in found) throw invalidDocument(input.source.name, found.problems)
    const content = {
      requirements: JSON.stringify(found.requirements),
      python: found.python,
      channels: JSON.stringify(found.channels),
      image: value.image ?? null,
    }
    // Tags belong to it: variables of scripts are kept there by those who write them down with the packages.
    const tags = JSON.stringify(value.tags ?? {})
    const contentDigest = createHash('sha256')
      .update(JSON.stringify({ ...content, tags }))
      .digest('hex')
    return database.write(async (tx) => {
      const same = await store.findByContent(tx, input.workspace, name, contentDigest)
      if (same !== undefined && (value.version === undefined || value.version === same.version)) return same
      const newest = await store.findVersion(tx, input.workspace, name, 'latest')
      const position = (newest?.position ?? 0) + 1
      const version = value.version ?? (await freeVersion(tx, input.workspace, name, position))
      if ((await store.findVersion(tx, input.workspace, name, version)) !== undefined)
        throw new ModelyardError(
          'already_exists',
          `The environment '${name}' has a version '${version}' with other content.`,
        )
      const row: EnvironmentTable = {
        workspace: input.workspace,
        name,
        version,
        position,
        content_digest: contentDigest,
        ...content,
        warnings: JSON.stringify(found.warnings),
        description: value.description ?? '',
        tags,
        created_at: clock.now(),
        created_by: input.actor,
      }
      await store.insertVersion(tx, row)
      await appendEvent(tx, {
        name: 'environment.created',
        subject: `${name}:${version}`,
        workspace: input.workspace,
        actor: input.actor,
        at: row.created_at,
        ...(input.requestId === undefined ? {} : { requestId: input.requestId }),
        data: { name, version },
        after: { name, version, requirements: found.requirements },
      })
      return row
    })
  }

  async function freeVersion(tx: Database, workspace: string, name: string, from: number): Promise<string> {
    for (let number = from; ; number++)
      if ((await store.findVersion(tx, workspace, name, String(number))) === undefined) return String(number)
  }

  async function toDocument(row: EnvironmentTable): Promise<EnvironmentVersion> {
    const requirements = JSON.parse(row.requirements) as string[]
    const resolved = resolution.onBase(requirements, row.python, JSON.parse(row.warnings) as string[])
    return {
      name: row.name,
      version: row.version,
      description: row.description,
      tags: JSON.parse(row.tags) as Record<string, string>,
      python: row.python,
      channels: JSON.parse(row.channels) as string[],
      image: row.image,
      requirements,
      warnings: [...resolved.warnings],
      digest: resolved.digest,
      built: resolved.build === null ? null : await readBuilt(resolved.digest),
      createdAt: toTimestamp(row.created_at),
      createdBy: row.created_by,
    }
  }

  /** What the builder wrote down of an environment; null while it is not built. */
  async function readBuilt(digest: string): Promise<BuiltEnvironment | null> {
    const path = join(environmentsFolder(platform.configuration.home), digest, 'environment.json')
    try {
      const found = BuiltEnvironment.safeParse(JSON.parse(await readFile(path, 'utf8')))
      return found.success ? found.data : null
    } catch {
      return null
    }
  }

  return { create, requireVersion, toDocument }
}

export type EnvironmentService = ReturnType<typeof createEnvironmentService>
