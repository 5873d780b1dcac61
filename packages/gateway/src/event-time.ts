const rfc3339 = /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})$/

/** When the event was of which a request tells: the header of a replay, else the arrival. A header that is no time fails no prediction. */
export function eventTimeOf(header: string | string[] | undefined, arrivalMs: number): number {
  if (typeof header !== 'string' || !rfc3339.test(header)) return arrivalMs
  const found = Date.parse(header.replace(' ', 'T').toUpperCase())
  return Number.isNaN(found) ? arrivalMs : found
}
