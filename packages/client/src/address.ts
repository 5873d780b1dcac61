/** What a parameter of a path or a query can be. */
export type AddressValue = string | number | boolean | null | undefined

/** Puts values into the `:name` segments of a route's path; each value stays one segment. */
export function fillPath(pattern: string, params: Readonly<Record<string, AddressValue>> = {}): string {
  return pattern.replaceAll(/:([A-Za-z]+)/g, (_whole, name: string) => {
    const value = params[name]
    if (value === undefined || value === null || value === '')
      throw new TypeError(`The path parameter ${name} is missing.`)
    return encodeSegment(String(value))
  })
}

/** `.` and `..` would be folded away by every URL parser, so that they would lead to another route. */
function encodeSegment(text: string): string {
  return text === '.' || text === '..' ? text.replaceAll('.', '%252E') : encodeURIComponent(text)
}

/** The query string with its `?`; undefined values are left out. */
export function queryString(query: Readonly<Record<string, AddressValue>> = {}): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null) search.set(name, String(value))
  }
  const text = search.toString()
  return text === '' ? '' : `?${text}`
}
