import type { ItemOf, OperationId, Request } from '@modelyard/client'
import type { Output } from './output/output.ts'
import { renderTable, type Column } from './output/table.ts'
import type { Session } from './session.ts'

/** The option of every list. */
export const limitOption = {
  limit: { flags: '--limit', summary: 'at most this many (all, unless said)', kind: 'number', value: 'N' },
} as const

/** All items of a list operation, or the first `limit`. */
export async function collect<Id extends OperationId>(
  session: Session,
  id: Id,
  request: Request<Id>,
  limit = Infinity,
): Promise<ItemOf<Id>[]> {
  const items: ItemOf<Id>[] = []
  if (limit <= 0) return items
  // What a request needs is checked here, where it is handed in.
  const client = session.client as { items(id: Id, request: Request<Id>): AsyncGenerator<ItemOf<Id>> }
  for await (const item of client.items(id, request)) {
    items.push(item)
    if (items.length >= limit) break
  }
  return items
}

/** A list as JSON array or table; an empty one says how to get the first. */
export function showList<Item>(
  output: Output,
  items: readonly Item[],
  options: { columns: readonly Column<Item>[]; empty: string },
): void {
  output.document(items, () =>
    items.length === 0 ? `${options.empty}\n` : renderTable(items, options.columns, output.style),
  )
}
