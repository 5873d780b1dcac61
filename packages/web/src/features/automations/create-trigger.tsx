import { useMutation, useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { call, queryClient } from '../../api/client.ts'
import * as queries from '../../api/queries.ts'
import { pathIn } from '../../components/app-link.tsx'
import { formText } from '../../components/form-text.ts'
import { ErrorPanel } from '../../components/error-panel.tsx'
import { Icon } from '../../components/icon.tsx'

/** A trigger from the few things it needs; the rest has defaults, and its file can say more. */
export function CreateTrigger({ ws }: { readonly ws: string }) {
  const pipelines = useQuery(queries.pipelines(ws))
  const endpoints = useQuery(queries.endpoints(ws))
  const navigate = useNavigate()
  const create = useMutation({
    mutationFn: async (text: string) =>
      (await call('createTrigger', { params: { ws }, body: { source: { name: 'trigger.yml', text } } })).name,
    onSuccess: (name) => navigate({ to: pathIn(ws, 'triggers', name) }),
    onSettled: () => queryClient.invalidateQueries({ queryKey: [ws, 'triggers'] }),
  })
  return (
    <form
      className="fm"
      onSubmit={(event) => {
        event.preventDefault()
        const form = new FormData(event.currentTarget)
        const read = (name: string): string => JSON.stringify(formText(form, name))
        const lines = [
          `name: ${read('name')}`,
          `pipeline: ${read('pipeline')}`,
          'cool_down: 24h',
          'budget: { per_day: 2 }',
          'min_new_labels: 100',
        ]
        if (formText(form, 'endpoint') !== '')
          lines.push(
            `rollout: { endpoint: ${read('endpoint')}, steps: [10, 100], bake: 5m, approval: ${formText(form, 'approval')} }`,
          )
        create.mutate(`${lines.join('\n')}\n`)
      }}
    >
      <label className="f">
        <span>Name</span>
        <input className="field" name="name" required autoComplete="off" placeholder="retrain" />
      </label>
      <label className="f">
        <span>Pipeline</span>
        <select className="field" name="pipeline" required>
          {(pipelines.data?.items ?? []).map((one) => (
            <option key={one.name}>{one.name}</option>
          ))}
        </select>
      </label>
      <label className="f">
        <span>Roll out to</span>
        <select className="field" name="endpoint">
          <option value="">nothing</option>
          {(endpoints.data?.items ?? []).map((one) => (
            <option key={one.name}>{one.name}</option>
          ))}
        </select>
      </label>
      <label className="f">
        <span>Each step</span>
        <select className="field" name="approval" defaultValue="manual">
          <option value="manual">waits for approval</option>
          <option value="auto">goes on by itself</option>
        </select>
      </label>
      <p>
        <button className="btn pri" type="submit" disabled={create.isPending}>
          <Icon name="plus" size={14} /> Create trigger
        </button>
      </p>
      {create.isError ? <ErrorPanel error={create.error} /> : null}
    </form>
  )
}
