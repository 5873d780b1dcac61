/** A route as far as its address goes: `:name` stands for one segment, a `*` at the end for the rest. */
export interface RouteAddress {
  readonly method: string
  readonly url: string
}

/** The methods that a path answers to, in the order of the alphabet; none when it is no address at all. */
export function methodsOf(addresses: readonly RouteAddress[], path: string): string[] {
  const segments = path.split('/')
  return [
    ...new Set(addresses.filter((address) => fits(address.url.split('/'), segments)).map((address) => address.method)),
  ].toSorted()
}

function fits(pattern: readonly string[], segments: readonly string[]): boolean {
  const open = pattern.at(-1) === '*'
  if (open ? segments.length < pattern.length : segments.length !== pattern.length) return false
  return pattern.every((part, index) => part === '*' || part.startsWith(':') || part === segments[index])
}
