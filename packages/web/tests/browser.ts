import { accessSync } from 'node:fs'
import { chromium, type Browser } from 'playwright-core'

const executable = '/usr/bin/chromium'

/** The system's Chromium; undefined where there is none. */
export function findBrowser(): string | undefined {
  try {
    accessSync(executable)
    return executable
  } catch {
    return undefined
  }
}

export function launchBrowser(path: string): Promise<Browser> {
  return chromium.launch({
    executablePath: path,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}
