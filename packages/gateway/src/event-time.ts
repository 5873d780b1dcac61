const rfc3339 =
  /^(\d{4})-(\d{2})-(\d{2})[Tt ]((?:[01]\d|2[0-3]):[0-5]\d):([0-5]\d|60)(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})$/

/** When the event was of which a request tells: the header of a replay, else the arrival. A header that is no time fails no prediction. */
export function eventTimeOf(header: string | string[] | undefined, arrivalMs: number): number {
  const parts = typeof header === 'string' ? rfc3339.exec(header) : null
  if (parts === null) return arrivalMs
  const [, year = '', month = '', day = '', minutes = '', seconds = '', fraction = '', zone = ''] = parts
  if (Number(day) > daysOf(Number(year), Number(month))) return arrivalMs
  // A leap second is the last one of its minute: our days have none.
  const [second, part] = seconds === '60' ? ['59', '.999'] : [seconds, fraction]
  const found = Date.parse(`${year}-${month}-${day}T${minutes}:${second}${part}${zone.toUpperCase()}`)
  return Number.isNaN(found) ? arrivalMs : found
}

function daysOf(year: number, month: number): number {
  // Any leap year does for a leap year: the first hundred years are others to `Date`.
  return new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate()
}
