/** A path of the server's list that stays below the folder it is written to. */
export function safeFilePath(path: string): string {
  const parts = path.split('/')
  const safe = parts.every((part) => part !== '' && part !== '.' && part !== '..' && /^[A-Za-z0-9=._-]+$/.test(part))
  if (!safe) throw new Error(`The server names a file that is not written: ${path.slice(0, 200)}`)
  return parts.join('/')
}
