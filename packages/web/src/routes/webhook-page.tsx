import type { ItemOf } from '@modelyard/client'
import { useInfiniteQuery, useMutation, useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import * as queries from '../api/automation-queries.ts'
import { call, queryClient } from '../api/client.ts'
import { pathIn } from '../components/app-link.tsx'
import { ErrorPanel } from '../components/error-panel.tsx'
import { Icon } from '../components/icon.tsx'
import { MoreButton } from '../components/more-button.tsx'
import { QueryView } from '../components/query-view.tsx'
import { SkeletonTable } from '../components/skeleton.tsx'
import { State } from '../components/state.tsx'
import { CopyButton, SectionHead, When } from '../components/text.tsx'
import { eventsText } from '../features/automations/webhook-table.tsx'
import { WorkspacePage } from '../features/frame/workspace-page.tsx'
import { cliIn } from '../features/snippets.ts'
import { usePageParams } from './search.ts'

type Delivery = ItemOf<'listDeliveries'>

export function WebhookPage() {
  const { ws, name } = usePageParams()
  const webhook = useQuery(queries.webhook(ws, name))
  const navigate = useNavigate()
  const [deleting, setDeleting] = useState(false)
  const remove = useMutation({
    mutationFn: () => call('deleteWebhook', { params: { ws, name } }),
    onSuccess: async () => {
      await navigate({ to: pathIn(ws, 'webhooks') })
      await queryClient.invalidateQueries({ queryKey: [ws, 'webhooks'] })
    },
  })
  return (
    <WorkspacePage
      ws={ws}
      noun={{ text: 'Webhooks', path: 'webhooks' }}
      title={name}
      actions={
        <>
          <CopyButton text={cliIn(ws, `webhook show ${name}`)} label="Copy as CLI" icon="terminal" />
          <button type="button" className="btn" onClick={() => setDeleting(!deleting)}>
            <Icon name="stop" size={14} />
            <span>Delete</span>
          </button>
        </>
      }
    >
      <h1>{name}</h1>
      {deleting ? (
        <p className="notice">
          Its deliveries go with it.{' '}
          <button type="button" className="btn" disabled={remove.isPending} onClick={() => remove.mutate()}>
            Delete {name}
          </button>
        </p>
      ) : null}
      {remove.isError ? <ErrorPanel error={remove.error} /> : null}
      <QueryView query={webhook}>
        {(data) => (
          <dl className="kv" style={{ marginTop: 10 }}>
            <dt>Address</dt>
            <dd className="mono">{data.url}</dd>
            <dt>Events</dt>
            <dd>{eventsText(data.events)}</dd>
            <dt>Format</dt>
            <dd>
              {data.format}
              {data.format === 'standard' ? ', signed with its secret' : ''}
            </dd>
            <dt>Made</dt>
            <dd>
              by {data.createdBy}, <When at={data.createdAt} />
            </dd>
          </dl>
        )}
      </QueryView>
      <Deliveries ws={ws} name={name} />
    </WorkspacePage>
  )
}

function Deliveries({ ws, name }: { readonly ws: string; readonly name: string }) {
  const list = useInfiniteQuery(queries.deliveries(ws, name))
  const again = useMutation({
    mutationFn: (delivery: string) => call('redeliver', { params: { ws, name, delivery } }),
    onSettled: () => queryClient.invalidateQueries({ queryKey: [ws, 'webhooks'] }),
  })
  const items = list.data?.pages.flatMap((page) => page.items) ?? []
  return (
    <section className="sec">
      <SectionHead title="Deliveries" basis="newest first; the dead ones stay to be looked at" />
      {list.isError ? <ErrorPanel error={list.error} /> : null}
      {again.isError ? <ErrorPanel error={again.error} /> : null}
      {list.data === undefined ? (
        list.isError ? null : (
          <SkeletonTable columns={['State', 'Event', 'Which', 'Answer', 'Attempts', 'When']} />
        )
      ) : items.length === 0 ? (
        <p className="note">Nothing was sent yet: the next event that it asks for is the first.</p>
      ) : (
        <div className="scroll" tabIndex={0} role="group" aria-label="Deliveries">
          <table style={{ minWidth: 760 }}>
            <thead>
              <tr>
                <th>State</th>
                <th>Event</th>
                <th>Which</th>
                <th>Answer</th>
                <th className="r">Attempts</th>
                <th className="r">When</th>
                <th className="r">
                  <span className="vh">Again</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {items.map((delivery) => (
                <tr key={delivery.id}>
                  <td>
                    <State status={delivery.status} />
                  </td>
                  <td>{delivery.event}</td>
                  <td className="mono">{delivery.subject}</td>
                  <td className="wrapc">
                    <Reply delivery={delivery} />
                  </td>
                  <td className="r">{delivery.attempts}</td>
                  <td className="r sub">
                    <When at={delivery.deliveredAt ?? delivery.createdAt} />
                  </td>
                  <td className="r">
                    <button
                      type="button"
                      className="btn ghost"
                      disabled={again.isPending}
                      aria-label={`Deliver ${delivery.event} of ${delivery.subject} again`}
                      onClick={() => again.mutate(delivery.id)}
                    >
                      Again
                    </button>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <MoreButton list={list} />
    </section>
  )
}

function Reply({ delivery }: { readonly delivery: Delivery }) {
  return (
    <>
      {delivery.lastStatus === null ? '' : `HTTP ${delivery.lastStatus} `}
      {delivery.lastError === null ? null : <span className="failed">{delivery.lastError}</span>}
      {delivery.nextAttemptAt === null ? null : (
        <span className="sub"> next attempt {new Date(delivery.nextAttemptAt).toLocaleTimeString('en-GB')}</span>
      )}
      {delivery.lastStatus === null && delivery.lastError === null && delivery.nextAttemptAt === null ? (
        <span className="dim">not tried yet</span>
      ) : null}
    </>
  )
}
