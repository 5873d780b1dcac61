/** Colours for one stream; without colours every function gives its text back. */
export interface Style {
  readonly colours: boolean
  bold(text: string): string
  dim(text: string): string
  red(text: string): string
  green(text: string): string
  yellow(text: string): string
  blue(text: string): string
  cyan(text: string): string
}

export function createStyle(colours: boolean): Style {
  const paint =
    (begin: number, end: number) =>
    (text: string): string =>
      colours ? `\u001B[${begin}m${text}\u001B[${end}m` : text
  return {
    colours,
    bold: paint(1, 22),
    dim: paint(2, 22),
    red: paint(31, 39),
    green: paint(32, 39),
    yellow: paint(33, 39),
    blue: paint(34, 39),
    cyan: paint(36, 39),
  }
}

/** Whether a stream gets colours: NO_COLOR forbids, FORCE_COLOR demands, else a terminal that can. */
export function wantsColours(isTerminal: boolean, environment: (name: string) => string | undefined): boolean {
  if (environment('NO_COLOR') !== undefined) return false
  const forced = environment('FORCE_COLOR')
  if (forced !== undefined) return forced !== '0'
  return isTerminal && environment('TERM') !== 'dumb'
}

/** The colour that a status has everywhere. */
export function paintStatus(style: Style, status: string): string {
  if (
    [
      'succeeded',
      'ready',
      'finished',
      'steady',
      'passed',
      'first',
      'enabled',
      'idle',
      'ok',
      'promoted',
      'registered',
      'delivered',
    ].includes(status)
  )
    return style.green(status)
  if (['failed', 'unusable', 'lost', 'timedOut', 'fail', 'dead'].includes(status)) return style.red(status)
  if (['running', 'starting', 'updating', 'resizing', 'preparing', 'committing', 'leased'].includes(status))
    return style.blue(status)
  if (
    [
      'canceled',
      'killed',
      'refused',
      'insufficient',
      'warn',
      'draining',
      'preempted',
      'rolledBack',
      'paused',
      'retrying',
    ].includes(status)
  )
    return style.yellow(status)
  return style.dim(status)
}
