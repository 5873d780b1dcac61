/**
 * Where a text falls in [0, 1): the same in every process and in the collector of scoring scripts, so that inputs, predictions and rows of a request
 * are kept together or not at all. FNV-1a over the characters, then the final mix of MurmurHash3, since FNV alone spreads short texts badly.
 */
export function fractionOf(text: string): number {
  let state = 0x811c9dc5
  for (let index = 0; index < text.length; index++) state = Math.imul(state ^ text.charCodeAt(index), 0x01000193)
  state = Math.imul(state ^ (state >>> 16), 0x85ebca6b)
  state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35)
  return ((state ^ (state >>> 16)) >>> 0) / 2 ** 32
}
