import { useLocation } from '@tanstack/react-router'
import { useState } from 'react'
import { AppLink, pathIn } from '../components/app-link.tsx'
import { Icon } from '../components/icon.tsx'
import { CopyButton } from '../components/text.tsx'
import { CreateTrigger } from '../features/automations/create-trigger.tsx'
import { TriggerTable } from '../features/automations/trigger-table.tsx'
import { WebhookTable } from '../features/automations/webhook-table.tsx'
import { WorkspacePage } from '../features/frame/workspace-page.tsx'
import { LoopTable } from '../features/loops/loop-table.tsx'
import { cliIn } from '../features/snippets.ts'
import { usePageParams, usePageSearch } from './search.ts'

const parts = [
  { path: 'triggers', text: 'Triggers', noun: 'trigger', says: 'what an alert starts, within guard rails' },
  { path: 'loops', text: 'Loops', noun: 'loop', says: 'from an alert to a better model, or to the reason why not' },
  { path: 'webhooks', text: 'Webhooks', noun: 'webhook', says: 'who is told of what, and whether it arrived' },
] as const

/** Triggers, loops and webhooks: one page with three addresses. */
export function AutomationsPage() {
  const { ws } = usePageParams()
  const [search] = usePageSearch()
  const [creating, setCreating] = useState(false)
  const last = useLocation().pathname.split('/').at(-1)
  const part = parts.find((one) => one.path === last) ?? parts[0]
  return (
    <WorkspacePage
      ws={ws}
      title={part.text}
      actions={
        <>
          <CopyButton text={cliIn(ws, `${part.noun} list`)} label="Copy as CLI" icon="terminal" />
          {part.path === 'triggers' ? (
            <button type="button" className="btn" aria-expanded={creating} onClick={() => setCreating(!creating)}>
              <Icon name="plus" size={14} />
              <span>New trigger</span>
            </button>
          ) : null}
        </>
      }
    >
      <div className="lead">
        <h1>{part.text}</h1>
        <span className="sub">{part.says}</span>
      </div>
      <nav className="tabs s1" aria-label="Automations">
        {parts.map((one) => (
          <AppLink key={one.path} to={pathIn(ws, one.path)} className={one.path === part.path ? 'tab on' : 'tab'}>
            {one.text}
          </AppLink>
        ))}
      </nav>
      <div className="s1">
        {creating && part.path === 'triggers' ? (
          <div className="box" style={{ maxWidth: 360, marginBottom: 12 }}>
            <CreateTrigger ws={ws} />
          </div>
        ) : null}
        {part.path === 'triggers' ? <TriggerTable ws={ws} /> : null}
        {part.path === 'loops' ? (
          <LoopTable
            ws={ws}
            filter={{ trigger: search['trigger'], monitor: search['monitor'], endpoint: search['endpoint'] }}
          />
        ) : null}
        {part.path === 'webhooks' ? <WebhookTable ws={ws} /> : null}
      </div>
    </WorkspacePage>
  )
}
