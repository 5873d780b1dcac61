type Value = string | number | boolean | null

/** What a field's text means, by the kind of the value that stands there now. */
export function parseValue(text: string, like: Value | undefined): Value {
  if (typeof like === 'number' && text.trim() !== '' && Number.isFinite(Number(text))) return Number(text)
  if (typeof like === 'boolean' && (text === 'true' || text === 'false')) return text === 'true'
  if (like === null && text === 'null') return null
  return text
}
