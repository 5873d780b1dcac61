import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { call, queryClient } from '../api/client.ts'
import * as queries from '../api/queries.ts'
import { CopyButton, SectionHead } from '../components/text.tsx'
import { QueryView } from '../components/query-view.tsx'
import { Roles } from '../features/access/roles.tsx'
import { Tokens } from '../features/access/tokens.tsx'
import { WorkspacePage } from '../features/frame/workspace-page.tsx'
import { usePageParams } from './search.ts'

export function SettingsPage() {
  const { ws } = usePageParams()
  const navigate = useNavigate()
  const me = useQuery(queries.me)
  const list = useQuery(queries.workspaces)
  const version = useQuery(queries.serverVersion)
  const workspace = list.data?.items.find((one) => one.name === ws)
  const signOut = async (): Promise<void> => {
    await call('logout')
    queryClient.clear()
    await navigate({ to: '/login' })
  }
  return (
    <WorkspacePage ws={ws} title="Settings">
      <h1>Settings</h1>
      <section className="sec">
        <SectionHead title="You">
          <button type="button" className="btn" onClick={() => void signOut()}>
            Sign out
          </button>
        </SectionHead>
        <QueryView query={me}>
          {(data) => (
            <dl className="kv" style={{ marginTop: 8 }}>
              <dt>Signed in as</dt>
              <dd>{data.principal}</dd>
              <dt>Roles here</dt>
              <dd>
                {[...data.serverRoles, ...(data.workspaces.find((one) => one.name === ws)?.roles ?? [])].join(', ') ||
                  'none'}
              </dd>
              <dt>MLflow tracking</dt>
              <dd className="row wrap">
                <code>{workspace?.trackingUri ?? ''}</code>
                {workspace === undefined ? null : (
                  <CopyButton text={workspace.trackingUri} label="Copy the tracking address" iconOnly />
                )}
              </dd>
              <dt>Server</dt>
              <dd>Modelyard {version.data?.version ?? ''}</dd>
            </dl>
          )}
        </QueryView>
      </section>
      <Roles ws={ws} />
      <Tokens />
    </WorkspacePage>
  )
}
