import type { Answer } from '@modelyard/client'
import { paintStatus, type Style } from '../output/style.ts'
import { harmless, renderFields, renderTable } from '../output/table.ts'
import { ago, took } from '../output/words.ts'

export type Loop = Answer<'getLoop'>

/** A loop as one story: what was decided when. */
export function renderLoop(loop: Loop, style: Style, now: number): string {
  const fields = renderFields(
    {
      loop: style.bold(loop.id),
      status: paintStatus(style, loop.status) + (loop.reason === '' ? '' : style.dim(`  ${harmless(loop.reason)}`)),
      trigger: loop.trigger,
      monitor: loop.monitor ?? undefined,
      endpoint: loop.endpoint ?? undefined,
      model:
        loop.model === null ? undefined : harmless(`${loop.model}${loop.version === null ? '' : `:${loop.version}`}`),
      job: loop.jobId ?? undefined,
      started: ago(loop.startedAt, now),
      took: took(loop.startedAt, loop.endedAt, now),
    },
    style,
  )
  const stages = renderTable(
    loop.stages,
    [
      { heading: 'stage', cell: (stage) => stage.name },
      { heading: 'status', cell: (stage) => paintStatus(style, stage.status) },
      { heading: 'took', align: 'right', cell: (stage) => took(stage.startedAt, stage.endedAt, now) },
      {
        heading: 'what happened',
        cell: (stage) => harmless([stage.title, stage.detail].filter((part) => part !== '').join(' – ')) || '–',
      },
    ],
    style,
  )
  return `${fields}\n${stages}`
}
