import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

/** The document that a running server leaves in its home. */
export interface ServerFile {
  readonly url: string
  readonly gatewayUrl: string
  readonly loginUrl: string
  readonly token: string
  readonly home: string
  readonly pid: number
}

/** What discovery may look at. The environment and the folders come from the caller, so that a test can hand in others. */
export interface DiscoveryInput {
  /** What the command line or the code said: always first. */
  readonly url?: string | undefined
  readonly token?: string | undefined
  readonly workspace?: string | undefined
  readonly environment: (name: string) => string | undefined
  /** Where the search for a config file begins. */
  readonly folder: string
  /** The home whose `server.json` names a server of this machine. */
  readonly home: string
}

/** Where to send calls, as whom, in which workspace, and where each of them was found. */
export interface Connection {
  /** Undefined when nothing names a server. */
  readonly url: string | undefined
  readonly token: string | undefined
  readonly workspace: string
  readonly from: { readonly url: string; readonly token: string; readonly workspace: string }
}

export const defaultWorkspace = 'default'

interface Found {
  readonly value: string
  readonly from: string
}

/** Flags, then the environment, then a config file here or above, then the server of this machine; each key by itself. */
export function discoverConnection(input: DiscoveryInput): Connection {
  const config = findConfigFile(input.folder)
  const server = readServerFile(input.home)
  const serverFrom = join(input.home, 'server.json')
  const url = firstOf(
    found(input.url, '--url'),
    found(input.environment('MODELYARD_URL'), 'MODELYARD_URL'),
    config === undefined ? undefined : found(config.url, config.path),
    found(server?.url, serverFrom),
  )
  const workspace = firstOf(
    found(input.workspace, '--workspace'),
    found(input.environment('MODELYARD_WORKSPACE'), 'MODELYARD_WORKSPACE'),
    config === undefined ? undefined : found(config.workspace, config.path),
  )
  const token = firstOf(
    found(input.token, '--token'),
    found(input.environment('MODELYARD_TOKEN'), 'MODELYARD_TOKEN'),
    // This machine's own token is for this machine's own server: sent elsewhere it would hand an Owner's rights to a stranger.
    sameOrigin(url?.value, server?.url) ? found(server?.token, serverFrom) : undefined,
  )
  return {
    url: url?.value.replace(/\/+$/, ''),
    token: token?.value,
    workspace: workspace?.value ?? defaultWorkspace,
    from: { url: url?.from ?? 'nowhere', token: token?.from ?? 'nowhere', workspace: workspace?.from ?? 'the default' },
  }
}

/** Reads `<home>/server.json`; undefined when no server runs there, or the file is not one of ours. */
export function readServerFile(home: string): ServerFile | undefined {
  const value = readJson(join(home, 'server.json'))
  return typeof value?.['url'] === 'string' && typeof value['pid'] === 'number'
    ? (value as unknown as ServerFile)
    : undefined
}

function findConfigFile(
  folder: string,
): { path: string; url: string | undefined; workspace: string | undefined } | undefined {
  for (let here = resolve(folder); ; here = dirname(here)) {
    for (const name of ['.modelyard', '.azureml']) {
      const path = join(here, name, 'config.json')
      const value = existsSync(path) ? readJson(path) : undefined
      if (value !== undefined)
        return {
          path,
          url: textOf(value['url']),
          workspace: textOf(value['workspace']) ?? textOf(value['workspace_name']),
        }
    }
    if (dirname(here) === here) return undefined
  }
}

function readJson(path: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'))
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

function found(value: string | undefined, from: string): Found | undefined {
  return value === undefined || value === '' ? undefined : { value, from }
}

function firstOf(...candidates: readonly (Found | undefined)[]): Found | undefined {
  return candidates.find((candidate) => candidate !== undefined)
}

function sameOrigin(one: string | undefined, other: string | undefined): boolean {
  if (one === undefined || other === undefined) return false
  try {
    return loopbackAsOne(new URL(one)) === loopbackAsOne(new URL(other))
  } catch {
    return false
  }
}

/** `localhost` and 127.0.0.1 are the same server on the same port. */
function loopbackAsOne(url: URL): string {
  const host = url.hostname === 'localhost' || url.hostname === '[::1]' ? '127.0.0.1' : url.hostname
  return `${url.protocol}//${host}:${url.port}`
}
