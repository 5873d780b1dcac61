import { useNavigate, useParams, useSearch } from '@tanstack/react-router'

/** What the address of a page holds behind the `?`: short texts, each read by the page that knows it. */
export type Search = Readonly<Record<string, string | undefined>>

export function readSearch(search: Record<string, unknown>): Search {
  const texts: Record<string, string> = {}
  for (const [name, value] of Object.entries(search)) {
    if (typeof value === 'string' && value !== '') texts[name] = value
    else if (typeof value === 'number' || typeof value === 'boolean') texts[name] = String(value)
  }
  return texts
}

/** The search of this page, and a way to change single values of it; `undefined` takes one away. */
export function usePageSearch(): readonly [Search, (change: Search) => void] {
  const search = readSearch(useSearch({ strict: false }))
  const navigate = useNavigate()
  const change = (next: Search) =>
    void navigate({ to: '.', search: readSearch({ ...search, ...next }), replace: true, resetScroll: false })
  return [search, change]
}

/** Workspace and name of the page. */
export function usePageParams(): {
  readonly ws: string
  readonly id: string
  readonly name: string
  readonly version?: string
} {
  const params: Readonly<Record<string, string | undefined>> = useParams({ strict: false })
  const { ws = '', id = '', name = '', version } = params
  return version === undefined ? { ws, id, name } : { ws, id, name, version }
}
