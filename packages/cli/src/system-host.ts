import { defaultHome, environmentVariable, systemClock } from '@modelyard/platform'
import type { Host } from './session.ts'

/** This machine: its streams, environment, folder and clock. */
export function systemHost(): Host {
  return {
    stdout: process.stdout,
    stderr: process.stderr,
    stdin: process.stdin,
    environment: environmentVariable,
    folder: process.cwd(),
    home: defaultHome(),
    clock: systemClock,
  }
}
