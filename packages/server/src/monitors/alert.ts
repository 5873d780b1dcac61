import type { AlertStatus } from '@modelyard/contract'

/** What one window says of one signal. `undecided`: too few rows or no labels yet; it neither fires nor makes quiet. */
export interface WindowVerdict {
  readonly start: number
  readonly end: number
  readonly state: 'fired' | 'quiet' | 'undecided'
  /** False: the window may still grow. */
  readonly complete: boolean
}

/** An alert as far as its life is concerned. */
export interface AlertLife {
  readonly status: AlertStatus
  /** Start of the first window of the run that fired. */
  readonly since: number
  /** End of the newest window that fired. */
  readonly until: number
  /** How many windows fired. */
  readonly windows: number
}

/** What becomes of the alerts of one signal. */
export interface AlertOutcome {
  /** The alert that was open, now resolved. */
  readonly resolved: AlertLife | undefined
  /** Alerts that came and went before anybody looked: they are kept, and notify nobody. */
  readonly history: readonly AlertLife[]
  /** The alert that is open afterwards. */
  readonly open: AlertLife | undefined
}

/**
 * Judges one signal by its windows, oldest first, empty ones left out. An alert opens with the first window that fires: at once when the window is
 * complete, `pending` when it may still change. The same alert stays through every further window that fires and through those that cannot decide;
 * a complete quiet window resolves it.
 *
 * Windows may have been computed again since they were judged last. `since` stays; an open alert whose newest window has become quiet is resolved.
 *
 * @param open the alert that is not resolved, if there is one
 * @param handledUntil windows that end no later belong to an alert that is resolved; they open no other
 */
export function judgeAlert(
  open: AlertLife | undefined,
  verdicts: readonly WindowVerdict[],
  handledUntil: number,
): AlertOutcome {
  if (open === undefined) return { resolved: undefined, ...newAlerts(verdicts, handledUntil) }
  const known = verdicts.filter((verdict) => verdict.end > open.since && verdict.end <= open.until)
  const decided = known.filter((verdict) => verdict.state !== 'undecided')
  const fired = known.filter((verdict) => verdict.state === 'fired')
  let life: AlertLife = {
    ...open,
    windows: Math.max(1, fired.length),
    status: open.status === 'pending' && fired.some((verdict) => verdict.complete) ? 'firing' : open.status,
  }
  if (isOver(decided.at(-1))) return { resolved: { ...life, status: 'resolved' }, ...newAlerts(verdicts, open.until) }
  for (const verdict of verdicts) {
    if (verdict.end <= open.until) continue
    life = step(life, verdict)
    if (life.status === 'resolved') return { resolved: life, ...newAlerts(verdicts, verdict.end) }
  }
  return { resolved: undefined, history: [], open: life }
}

function newAlerts(verdicts: readonly WindowVerdict[], after: number): Pick<AlertOutcome, 'history' | 'open'> {
  const history: AlertLife[] = []
  let run: AlertLife | undefined
  for (const verdict of verdicts) {
    if (verdict.end <= after) continue
    if (run === undefined) {
      if (verdict.state === 'fired')
        run = { status: verdict.complete ? 'firing' : 'pending', since: verdict.start, until: verdict.end, windows: 1 }
      continue
    }
    const next = step(run, verdict)
    if (next.status !== 'resolved') {
      run = next
      continue
    }
    // What was only pending has never been an alert.
    if (run.status !== 'pending') history.push(next)
    run = undefined
  }
  return { history, open: run }
}

function isOver(verdict: WindowVerdict | undefined): boolean {
  return verdict?.state === 'quiet' && verdict.complete
}

function step(life: AlertLife, verdict: WindowVerdict): AlertLife {
  if (isOver(verdict)) return { ...life, status: 'resolved' }
  if (verdict.state !== 'fired') return life
  return {
    ...life,
    status: life.status === 'pending' && verdict.complete ? 'firing' : life.status,
    until: Math.max(life.until, verdict.end),
    windows: life.windows + 1,
  }
}
