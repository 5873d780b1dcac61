import type { Answer } from '@modelyard/client'
import { useQuery } from '@tanstack/react-query'
import * as queries from '../../api/queries.ts'
import { ErrorPanel } from '../../components/error-panel.tsx'
import { LogView } from '../../components/log-view.tsx'
import { Segmented } from '../../components/tabs.tsx'
import { SectionHead } from '../../components/text.tsx'

type Endpoint = Answer<'getEndpoint'>
type Deployment = Endpoint['deployments'][number]

/** The end of a deployment's log. */
export function DeploymentLogs({
  ws,
  endpoint,
  shown,
  onShow,
}: {
  readonly ws: string
  readonly endpoint: Endpoint
  readonly shown: Deployment
  readonly onShow: (name: string) => void
}) {
  const logs = useQuery(queries.deploymentLogs(ws, endpoint.name, shown.name))
  return (
    <section className="sec">
      <SectionHead title="Log" basis={`${shown.name}, its last lines`}>
        {endpoint.deployments.length < 2 ? undefined : (
          <Segmented
            label="Log of"
            value={shown.name}
            options={endpoint.deployments.map((one) => ({ value: one.name, text: one.name }))}
            onChange={onShow}
          />
        )}
        <button type="button" className="btn ghost" onClick={() => void logs.refetch()}>
          Read again
        </button>
      </SectionHead>
      {logs.isError ? <ErrorPanel error={logs.error} /> : null}
      {logs.data === undefined ? null : (
        <LogView text={logs.data.lines.join('\n')} label={`Log of ${shown.name}`} height={280} follow />
      )}
    </section>
  )
}
