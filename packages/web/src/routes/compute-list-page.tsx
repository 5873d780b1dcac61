import { useMutation, useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { call, queryClient } from '../api/client.ts'
import * as queries from '../api/queries.ts'
import { AppLink, pathIn } from '../components/app-link.tsx'
import { formText } from '../components/form-text.ts'
import { ErrorPanel } from '../components/error-panel.tsx'
import { Icon } from '../components/icon.tsx'
import { QueryView } from '../components/query-view.tsx'
import { SkeletonTable } from '../components/skeleton.tsx'
import { State } from '../components/state.tsx'
import { CodeBlock, CopyButton, SectionHead } from '../components/text.tsx'
import { WorkspacePage } from '../features/frame/workspace-page.tsx'
import { cliIn } from '../features/snippets.ts'
import { usePageParams } from './search.ts'

export function ComputeListPage() {
  const { ws } = usePageParams()
  const targets = useQuery(queries.computeTargets(ws))
  return (
    <WorkspacePage
      ws={ws}
      title="Compute"
      actions={<CopyButton text={cliIn(ws, 'compute list')} label="Copy as CLI" icon="terminal" />}
    >
      <h1>Compute</h1>
      <QueryView
        query={targets}
        skeleton={<SkeletonTable columns={['Target', 'State', 'Nodes', 'Running', 'Waiting']} />}
      >
        {({ items }) => (
          <div className="scroll" tabIndex={0} role="group" aria-label="Compute targets">
            <table style={{ minWidth: 640 }}>
              <thead>
                <tr>
                  <th>Target</th>
                  <th>State</th>
                  <th className="r">Nodes</th>
                  <th className="r">From, to</th>
                  <th className="r">Steps running</th>
                  <th className="r">Steps waiting</th>
                  <th>Size</th>
                </tr>
              </thead>
              <tbody>
                {items.map((target) => (
                  <tr key={target.name}>
                    <td>
                      <AppLink to={pathIn(ws, 'compute', target.name)} className="m link">
                        {target.name}
                      </AppLink>{' '}
                      {target.builtIn ? <span className="tag">built in</span> : null}
                    </td>
                    <td>
                      <State
                        status={target.state === 'steady' ? 'ready' : 'updating'}
                        word={target.state === 'steady' ? 'Steady' : 'Resizing'}
                      />
                    </td>
                    <td className="r">
                      {Object.entries(target.nodeCounts).reduce(
                        (sum, [state, count]) => sum + (state === 'gone' ? 0 : (count ?? 0)),
                        0,
                      )}
                    </td>
                    <td className="r sub">
                      {target.minNodes} to {target.maxNodes}
                    </td>
                    <td className="r">{target.runningSteps}</td>
                    <td className="r">{target.queuedSteps}</td>
                    <td className="sub">{target.size}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </QueryView>
      <NewCluster ws={ws} />
    </WorkspacePage>
  )
}

function NewCluster({ ws }: { readonly ws: string }) {
  const navigate = useNavigate()
  const create = useMutation({
    mutationFn: (body: { name: string; minNodes: number; maxNodes: number; idleSeconds: number }) =>
      call('createComputeTarget', { params: { ws }, body }),
    onSuccess: async (made) => {
      await queryClient.invalidateQueries({ queryKey: [ws, 'compute'] })
      await navigate({ to: pathIn(ws, 'compute', made.name) })
    },
  })
  return (
    <section className="sec" style={{ maxWidth: 720 }}>
      <SectionHead title="New cluster" basis="nodes come when steps wait, and leave when idle" />
      <form
        className="form two"
        onSubmit={(event) => {
          event.preventDefault()
          const form = new FormData(event.currentTarget)
          create.mutate({
            name: formText(form, 'name'),
            minNodes: Number(form.get('min')),
            maxNodes: Number(form.get('max')),
            idleSeconds: Number(form.get('idle')),
          })
        }}
      >
        <label className="f">
          <span>Name</span>
          <input className="field" name="name" required autoComplete="off" placeholder="cpu-cluster" />
        </label>
        <label className="f">
          <span>Fewest nodes</span>
          <input className="field" name="min" type="number" min={0} max={100} defaultValue={0} />
        </label>
        <label className="f">
          <span>Most nodes</span>
          <input className="field" name="max" type="number" min={1} max={100} defaultValue={4} />
        </label>
        <label className="f">
          <span>
            Leaves after <em className="dim">s idle</em>
          </span>
          <input className="field" name="idle" type="number" min={0} max={86400} defaultValue={120} />
        </label>
        <p style={{ alignSelf: 'end' }}>
          <button className="btn pri" type="submit" disabled={create.isPending}>
            <Icon name="plus" size={14} /> Create cluster
          </button>
        </p>
      </form>
      {create.isError ? <ErrorPanel error={create.error} /> : null}
      <CodeBlock
        label="The same by command line"
        text={cliIn(ws, 'compute create cpu-cluster --min-nodes 0 --max-nodes 4')}
      />
    </section>
  )
}
