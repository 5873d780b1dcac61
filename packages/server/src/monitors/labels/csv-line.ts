/** The values of a line of CSV (RFC 4180); undefined when it ends within quotes, so that the next line belongs to it. */
export function splitCsvLine(line: string): string[] | undefined {
  if (!line.includes('"')) return line.split(',')
  const values: string[] = []
  let at = 0
  for (;;) {
    if (line[at] !== '"') {
      const end = line.indexOf(',', at)
      values.push(end === -1 ? line.slice(at) : line.slice(at, end))
      if (end === -1) return values
      at = end + 1
      continue
    }
    let value = ''
    for (;;) {
      const end = line.indexOf('"', at + 1)
      if (end === -1) return undefined
      value += line.slice(at + 1, end)
      at = end + 1
      if (line[at] !== '"') break
      // Two quotes are one.
      value += '"'
    }
    const end = line.indexOf(',', at)
    values.push(end === -1 ? value + line.slice(at) : value + line.slice(at, end))
    if (end === -1) return values
    at = end + 1
  }
}
