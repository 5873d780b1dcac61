import { useQuery } from '@tanstack/react-query'
import * as queries from '../../api/automation-queries.ts'
import { AppLink, pathIn } from '../../components/app-link.tsx'
import { QueryView } from '../../components/query-view.tsx'
import { SkeletonTable } from '../../components/skeleton.tsx'
import { State } from '../../components/state.tsx'
import { When } from '../../components/text.tsx'
import { CreateWebhook } from './create-webhook.tsx'

/** Where events go, and whether the newest one arrived. */
export function WebhookTable({ ws }: { readonly ws: string }) {
  const webhooks = useQuery(queries.webhooks(ws))
  return (
    <>
      <QueryView
        query={webhooks}
        skeleton={<SkeletonTable columns={['Webhook', 'Address', 'Events', 'Last delivery']} />}
      >
        {({ items }) =>
          items.length === 0 ? (
            <p className="note">
              No webhook yet. One sends alerts and other events to an address of yours as signed requests, in the shape
              that Standard Webhooks, Alertmanager or Slack read.
            </p>
          ) : (
            <div className="scroll" tabIndex={0} role="group" aria-label="Webhooks">
              <table style={{ minWidth: 720 }}>
                <thead>
                  <tr>
                    <th>Webhook</th>
                    <th>Address</th>
                    <th>Format</th>
                    <th>Events</th>
                    <th className="r">Last delivery</th>
                  </tr>
                </thead>
                <tbody>
                  {items.map((webhook) => (
                    <tr key={webhook.name}>
                      <td>
                        <AppLink to={pathIn(ws, 'webhooks', webhook.name)} className="m link">
                          {webhook.name}
                        </AppLink>
                        {webhook.enabled ? null : <span className="dim"> off</span>}
                      </td>
                      <td className="mono wrapc">{webhook.url}</td>
                      <td className="sub">{webhook.format}</td>
                      <td className="sub wrapc">{eventsText(webhook.events)}</td>
                      <td className="r">
                        {webhook.lastDelivery === null ? (
                          <span className="dim">none yet</span>
                        ) : (
                          <span className="row" style={{ justifyContent: 'flex-end' }}>
                            <State status={webhook.lastDelivery.status} />
                            <span className="sub">
                              <When at={webhook.lastDelivery.at} />
                            </span>
                          </span>
                        )}
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          )
        }
      </QueryView>
      <CreateWebhook ws={ws} />
    </>
  )
}

export const eventsText = (events: readonly string[]): string =>
  events.includes('*') ? 'all events' : events.map((name) => name.replace('.', ' ').replaceAll('_', ' ')).join(', ')
