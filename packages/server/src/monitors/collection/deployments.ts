import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { EndpointPlace } from './doors.ts'
import { isPlaceName } from './places.ts'

/** Deployments of an endpoint that have, or had, rows; in the order of the alphabet. */
export async function listDeployments(place: EndpointPlace): Promise<string[]> {
  const names = (await listFolder(place.stateFolder)).filter(isPlaceName)
  const found: string[] = []
  for (const name of names.toSorted()) {
    const inside = await listFolder(join(place.stateFolder, name))
    if (inside.includes('segments') || inside.includes('index.json')) found.push(name)
  }
  return found
}

/** Names in a folder; none when it is not there. */
export async function listFolder(folder: string): Promise<string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return []
    throw error
  }
}

/** Names of closed segments that wait for their turn. */
export async function listSegments(place: EndpointPlace, deployment: string): Promise<string[]> {
  const names = await listFolder(join(place.stateFolder, deployment, 'segments'))
  return names.filter((name) => name.endsWith('.seg')).toSorted()
}
