const words: Readonly<Record<string, string>> = {
  insufficient_data: 'Too few rows to say',
  not_defined: 'Not defined here',
  infinite: 'Beyond every limit',
  no_reference: 'Nothing to compare with',
  column_missing: 'The column did not come',
  all_null: 'Every value is missing',
}

/** Why a cell has no value: the server's code in words, then its explanation. */
export function reasonText(reason: string): string {
  const place = reason.indexOf(':')
  const code = place < 0 ? reason : reason.slice(0, place)
  const detail = place < 0 ? '' : reason.slice(place + 1).trim()
  const said = words[code] ?? code.replaceAll('_', ' ').replace(/^./, (letter) => letter.toUpperCase())
  return detail === '' ? `${said}.` : `${said}: ${detail}${/[.!?]$/.test(detail) ? '' : '.'}`
}
