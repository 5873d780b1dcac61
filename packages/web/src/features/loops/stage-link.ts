import { pathIn } from '../../components/app-link.tsx'
import type { Loop, Stage } from './stage-words.ts'

/** Where the evidence of a stage is a page of its own. */
export function stageLink(ws: string, loop: Loop, stage: Stage): string | undefined {
  if (stage.status === 'waiting' || stage.status === 'skipped') return undefined
  if (stage.name === 'alert') return loop.alertId === null ? undefined : pathIn(ws, 'alerts', loop.alertId)
  if (stage.name === 'retrain') return loop.jobId === null ? undefined : pathIn(ws, 'jobs', loop.jobId)
  if (stage.name === 'gate' || stage.name === 'promote')
    return loop.model === null || loop.version === null ? undefined : pathIn(ws, 'models', loop.model, loop.version)
  if (loop.endpoint === null) return undefined
  const search = loop.rolloutId === null ? '' : `?rollout=${encodeURIComponent(loop.rolloutId)}`
  return `${pathIn(ws, 'endpoints', loop.endpoint)}${search}`
}
