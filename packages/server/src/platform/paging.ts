import { ModelyardError } from '@modelyard/contract'

/** A keyset cursor: the sort values of the last row of the page before. Opaque to clients. */
export function encodeCursor(values: readonly (string | number | null)[]): string {
  return Buffer.from(JSON.stringify(values)).toString('base64url')
}

export function decodeCursor(pageToken: string | undefined, length: number): (string | number | null)[] | undefined {
  if (pageToken === undefined) return undefined
  try {
    const values: unknown = JSON.parse(Buffer.from(pageToken, 'base64url').toString('utf8'))
    if (
      Array.isArray(values) &&
      values.length === length &&
      values.every((value) => value === null || typeof value === 'string' || typeof value === 'number')
    )
      return values as (string | number | null)[]
  } catch {
    // falls through to the refusal
  }
  throw new ModelyardError('cursor_invalid', 'The pageToken was not made by this list.')
}

/** One page out of `limit + 1` rows: the extra row only says that there is more. */
export function toPage<Row, Item>(
  rows: readonly Row[],
  pageSize: number,
  cursorOf: (row: Row) => readonly (string | number | null)[],
  toItem: (row: Row) => Item,
): { items: Item[]; nextPageToken?: string } {
  const items = rows.slice(0, pageSize).map(toItem)
  const last = rows[pageSize - 1]
  return rows.length > pageSize && last !== undefined
    ? { items, nextPageToken: encodeCursor(cursorOf(last)) }
    : { items }
}
