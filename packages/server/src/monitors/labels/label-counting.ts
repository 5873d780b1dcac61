import type { EndpointPlace } from '../collection/doors.ts'
import { lockEndpoint } from '../collection/locks.ts'
import { keysText, loadIndex } from './label-batches.ts'
import { loadLabelState } from './label-state.ts'

/** How many rows have a label that came after a moment. */
export async function countLabels(input: { readonly place: EndpointPlace; readonly sinceMs: number }): Promise<number> {
  using _lock = await lockEndpoint(input.place, 'read')
  const state = await loadLabelState(input.place)
  if (state.lastArrivalMs <= input.sinceMs) return 0
  let count = 0
  for (const keys of new Map(state.batches.map((batch) => [keysText(batch.keys), batch.keys])).values()) {
    const index = await loadIndex(input.place, state, keys)
    for (let place = 0; place < index.size; place++) if ((index.arrivedAtMs[place] ?? 0) > input.sinceMs) count++
  }
  return count
}
