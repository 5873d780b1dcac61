import type { ItemOf } from '@modelyard/client'
import type { StateKind } from '../../components/state.tsx'

export type Loop = ItemOf<'listLoops'>
export type Stage = Loop['stages'][number]

export const stageNames = ['alert', 'retrain', 'gate', 'deploy', 'rollout', 'promote'] as const
export const stageTitles: Readonly<Record<Stage['name'], string>> = {
  alert: 'Alert',
  retrain: 'Retrain',
  gate: 'Gate',
  deploy: 'Deploy',
  rollout: 'Rollout',
  promote: 'Promote',
}
/** Shape and colour of a stage; what waits for a person is the only thing that asks for attention. */
export const stageKind: Readonly<Record<Stage['status'], StateKind>> = {
  waiting: 'queued',
  running: 'running',
  succeeded: 'succeeded',
  failed: 'failed',
  refused: 'failed',
  skipped: 'queued',
  paused: 'attention',
}
export const stageWord: Readonly<Record<Stage['status'], string>> = {
  waiting: 'next',
  running: 'running',
  succeeded: 'done',
  failed: 'failed',
  refused: 'refused',
  skipped: 'skipped',
  paused: 'waits',
}

const outcomes: Readonly<Record<Loop['status'], string>> = {
  running: 'goes on',
  waiting: 'waits for approval',
  promoted: 'ended with a better model',
  registered: 'registered a better model',
  refused: 'kept the champion',
  rolledBack: 'was rolled back',
  failed: 'failed',
  canceled: 'was cancelled',
}
/** How a loop stands, after its name: `Lap 2 waits for approval`. */
export const outcomeText = (loop: Loop): string => outcomes[loop.status]
export const loopKind: Readonly<Record<Loop['status'], StateKind>> = {
  running: 'running',
  waiting: 'attention',
  promoted: 'succeeded',
  registered: 'succeeded',
  refused: 'queued',
  rolledBack: 'failed',
  failed: 'failed',
  canceled: 'queued',
}
