import { useMutation, useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import * as queries from '../api/automation-queries.ts'
import { call, queryClient } from '../api/client.ts'
import { pathIn } from '../components/app-link.tsx'
import { ErrorPanel } from '../components/error-panel.tsx'
import { exactText } from '../components/format.ts'
import { Icon } from '../components/icon.tsx'
import { QueryView } from '../components/query-view.tsx'
import { CodeBlock, CopyButton, Say, SectionHead, When } from '../components/text.tsx'
import { TriggerRules, type Trigger } from '../features/automations/trigger-rules.tsx'
import { WorkspacePage } from '../features/frame/workspace-page.tsx'
import { LoopStory } from '../features/loops/loop-story.tsx'
import { cliIn } from '../features/snippets.ts'
import { usePageParams, usePageSearch } from './search.ts'

export function TriggerPage() {
  const { ws, name } = usePageParams()
  const [search, setSearch] = usePageSearch()
  const trigger = useQuery(queries.trigger(ws, name))
  const fire = useMutation({
    mutationFn: () => call('fireTrigger', { params: { ws, name }, body: { reason: 'started on the page' } }),
    onSettled: () =>
      Promise.all(['triggers', 'loops'].map((noun) => queryClient.invalidateQueries({ queryKey: [ws, noun] }))),
  })
  return (
    <WorkspacePage
      ws={ws}
      noun={{ text: 'Triggers', path: 'triggers' }}
      title={name}
      actions={
        <>
          <CopyButton text={cliIn(ws, `trigger show ${name}`)} label="Copy as CLI" icon="terminal" />
          <button type="button" className="btn" disabled={fire.isPending} onClick={() => fire.mutate()}>
            <Icon name="play" size={14} />
            <span>Fire now</span>
          </button>
        </>
      }
    >
      {fire.isError ? <ErrorPanel error={fire.error} /> : null}
      <QueryView query={trigger}>
        {(data) => (
          <>
            <Sentence trigger={data} />
            <section className="sec">
              <SectionHead title="Guard rails" basis="by the server’s clock; by hand they hold, too" />
              <TriggerRules ws={ws} trigger={data} />
            </section>
            <LoopStory
              ws={ws}
              filter={{ trigger: name }}
              basis="newest laps of this trigger"
              empty="It has not started anything yet."
              chosen={search['loop'] === undefined ? undefined : { loop: search['loop'], stage: search['stage'] ?? '' }}
              onChoose={(next) => setSearch({ loop: next?.loop, stage: next?.stage })}
            />
            <Source ws={ws} trigger={data} />
          </>
        )}
      </QueryView>
    </WorkspacePage>
  )
}

function Sentence({ trigger }: { readonly trigger: Trigger }) {
  const { lastSkip, lastFiredAt } = trigger
  const skipped = lastSkip !== null && (lastFiredAt === null || lastSkip.at > lastFiredAt)
  return (
    <Say lead>
      <b>{trigger.name}</b> {trigger.enabled ? 'is armed' : 'is off'}
      {lastFiredAt === null ? ' and never fired.' : ', last fired '}
      {lastFiredAt === null ? null : (
        <>
          <When at={lastFiredAt} />.
        </>
      )}
      {skipped ? (
        <>
          {' '}
          <b title={exactText(lastSkip.at)}>Skipped</b> <When at={lastSkip.at} />: {lastSkip.reason}
        </>
      ) : null}
    </Say>
  )
}

function Source({ ws, trigger }: { readonly ws: string; readonly trigger: Trigger }) {
  const [deleting, setDeleting] = useState(false)
  const navigate = useNavigate()
  const remove = useMutation({
    mutationFn: () => call('deleteTrigger', { params: { ws, name: trigger.name } }),
    onSuccess: async () => {
      await navigate({ to: pathIn(ws, 'triggers') })
      await queryClient.invalidateQueries({ queryKey: [ws, 'triggers'] })
    },
  })
  return (
    <section className="sec">
      <SectionHead title="Its file">
        <button type="button" className="btn ghost" onClick={() => setDeleting(!deleting)}>
          Delete
        </button>
      </SectionHead>
      {deleting ? (
        <p className="notice">
          Loops that run go on.{' '}
          <button type="button" className="btn" disabled={remove.isPending} onClick={() => remove.mutate()}>
            Delete {trigger.name}
          </button>
        </p>
      ) : null}
      {remove.isError ? <ErrorPanel error={remove.error} /> : null}
      <CodeBlock text={trigger.source} label="trigger.yml" />
    </section>
  )
}
