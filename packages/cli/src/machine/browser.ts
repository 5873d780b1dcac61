import { findOnPath, startProcess } from '@modelyard/platform'
import type { Host } from '../session.ts'

/** Opens a page in the user's browser where there is a screen; false where there is none. */
export function openBrowser(url: string, host: Host): boolean {
  const isMac = process.platform === 'darwin'
  if (!isMac && host.environment('DISPLAY') === undefined && host.environment('WAYLAND_DISPLAY') === undefined)
    return false
  const opener = findOnPath(isMac ? 'open' : 'xdg-open')
  if (opener === undefined) return false
  const child = startProcess(opener, [url], { stdio: 'ignore', detached: true })
  // A browser that does not start is no failure: the address is printed.
  child.on('error', () => undefined)
  child.unref()
  return true
}
