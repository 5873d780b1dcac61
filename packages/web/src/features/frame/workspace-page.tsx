import type { ReactNode } from 'react'
import { pathIn } from '../../components/app-link.tsx'
import { Page, type Crumb } from '../../components/page.tsx'
import { LiveSign } from './frame.tsx'

/** A page of a workspace: its crumbs begin with the workspace; `noun` and `title` follow. */
export function WorkspacePage({
  ws,
  noun,
  title,
  actions,
  children,
}: {
  readonly ws: string
  readonly noun?: { readonly text: string; readonly path: string }
  readonly title: string
  readonly actions?: ReactNode
  readonly children: ReactNode
}) {
  const crumbs: Crumb[] = [{ text: ws, to: pathIn(ws) }]
  if (noun !== undefined) crumbs.push({ text: noun.text, to: pathIn(ws, noun.path) })
  crumbs.push({ text: title })
  return (
    <Page crumbs={crumbs} live={<LiveSign />} actions={actions}>
      {children}
    </Page>
  )
}
