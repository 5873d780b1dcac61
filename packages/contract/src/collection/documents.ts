const nonNumber = /"(?:[^"\\]|\\.)*"|-?\bInfinity\b|\bNaN\b/g
/** Beyond the greatest double: JSON has no other way to say it. */
const infinite = '1e999'

/** JSON, and what Python writes for numbers that JSON does not know: `NaN` becomes null, `Infinity` infinite. Undefined when it is neither. */
export function parseLenientJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    if (!text.includes('NaN') && !text.includes('Infinity')) return undefined
  }
  try {
    return JSON.parse(text.replace(nonNumber, replacement)) as unknown
  } catch {
    return undefined
  }
}

function replacement(token: string): string {
  if (token.startsWith('"')) return token
  if (token === 'NaN') return 'null'
  return token.startsWith('-') ? `-${infinite}` : infinite
}

/** The answer's document. A script that answers a text which is JSON itself means what the text says. */
export function parseAnswer(text: string): unknown {
  const document = parseLenientJson(text)
  return typeof document === 'string' ? parseLenientJson(document) : document
}
