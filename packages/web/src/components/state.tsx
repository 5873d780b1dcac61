import { Icon } from './icon.tsx'

export type StateKind = 'queued' | 'running' | 'succeeded' | 'failed' | 'attention' | 'reused'

const kinds: Readonly<Record<string, StateKind>> = {
  scheduled: 'queued',
  pending: 'queued',
  queued: 'queued',
  skipped: 'queued',
  canceled: 'queued',
  killed: 'queued',
  stopped: 'queued',
  creating: 'queued',
  requested: 'queued',
  gone: 'queued',
  running: 'running',
  starting: 'running',
  updating: 'running',
  stopping: 'running',
  provisioning: 'running',
  preparing: 'running',
  draining: 'running',
  leaving: 'running',
  succeeded: 'succeeded',
  finished: 'succeeded',
  ready: 'succeeded',
  idle: 'succeeded',
  passed: 'succeeded',
  registered: 'succeeded',
  created: 'succeeded',
  scaled: 'succeeded',
  first: 'succeeded',
  resolved: 'succeeded',
  promoted: 'succeeded',
  delivered: 'succeeded',
  due: 'queued',
  rolledBack: 'failed',
  dead: 'failed',
  failed: 'failed',
  refused: 'failed',
  unusable: 'failed',
  insufficient: 'attention',
  preempted: 'attention',
  reused: 'reused',
}

/** Which of the few shapes and colours a status word gets. */
export const stateKind = (status: string): StateKind => kinds[status] ?? 'attention'
/** `rolledBack` to `Rolled back`. */
export function stateWord(status: string): string {
  const words = status.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
  return words.charAt(0).toUpperCase() + words.slice(1)
}
const colour = (kind: StateKind): string => (kind === 'reused' ? 'succeeded' : kind)

/** A state as shape, colour and word; the word is kept for readers where only the shape is shown. */
export function State({
  status,
  word,
  hideWord = false,
}: {
  readonly status: string
  readonly word?: string
  readonly hideWord?: boolean
}) {
  const kind = stateKind(status)
  const text = word ?? stateWord(status)
  return (
    <span className={`st ${colour(kind)}`} title={hideWord ? text : undefined}>
      <Icon name={kind} size={14} />
      <span className={hideWord ? 'vh' : undefined}>{text}</span>
    </span>
  )
}
