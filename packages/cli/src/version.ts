import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { installationFolder } from './installation.ts'

/** The version of the installation that this program belongs to. */
export function readVersion(): string {
  const text = readFileSync(join(installationFolder(), 'package.json'), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}
