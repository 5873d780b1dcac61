import { useMutation, useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { call, queryClient } from '../../api/client.ts'
import * as queries from '../../api/queries.ts'
import { pathIn } from '../../components/app-link.tsx'
import { formText } from '../../components/form-text.ts'
import { ErrorPanel } from '../../components/error-panel.tsx'
import { Icon } from '../../components/icon.tsx'

const sizes = [
  { value: '1h', text: 'hours' },
  { value: '1d', text: 'days' },
  { value: '7d', text: 'weeks' },
]

/** A monitor of an endpoint with what most want: drift of inputs and predictions, quality, and accuracy where labels come. */
export function CreateMonitor({ ws }: { readonly ws: string }) {
  const endpoints = useQuery(queries.endpoints(ws))
  const navigate = useNavigate()
  const create = useMutation({
    mutationFn: async (source: { name: string; text: string }) => {
      const monitor = await call('createMonitor', {
        params: { ws },
        body: { source: { name: 'monitor.yml', text: source.text } },
      })
      return monitor.name
    },
    onSuccess: (name) => navigate({ to: pathIn(ws, 'monitors', name) }),
    onSettled: () => queryClient.invalidateQueries({ queryKey: [ws, 'monitors'] }),
  })
  return (
    <form
      className="fm"
      onSubmit={(event) => {
        event.preventDefault()
        const form = new FormData(event.currentTarget)
        const name = formText(form, 'name')
        create.mutate({
          name,
          text: monitorText({
            name,
            endpoint: formText(form, 'endpoint'),
            size: formText(form, 'size'),
            label: formText(form, 'label'),
          }),
        })
      }}
    >
      <label className="f">
        <span>Endpoint</span>
        <select className="field" name="endpoint" required>
          {(endpoints.data?.items ?? []).map((one) => (
            <option key={one.name}>{one.name}</option>
          ))}
        </select>
      </label>
      <label className="f">
        <span>Name</span>
        <input className="field" name="name" required autoComplete="off" placeholder="ridership-watch" />
      </label>
      <label className="f">
        <span>Windows</span>
        <select className="field" name="size" defaultValue="1d">
          {sizes.map((one) => (
            <option key={one.value} value={one.value}>
              {one.text}
            </option>
          ))}
        </select>
      </label>
      <label className="f">
        <span>
          Column of the label <em className="sub">if it comes later</em>
        </span>
        <input className="field" name="label" autoComplete="off" />
      </label>
      <p>
        <button className="btn pri" type="submit" disabled={create.isPending}>
          <Icon name="plus" size={14} /> Create monitor
        </button>
      </p>
      {create.isError ? <ErrorPanel error={create.error} /> : null}
    </form>
  )
}

function monitorText(fields: { name: string; endpoint: string; size: string; label: string }): string {
  const quoted = (text: string): string => JSON.stringify(text)
  const lines = [
    `name: ${quoted(fields.name)}`,
    `endpoint: ${quoted(fields.endpoint)}`,
    `window: { size: ${fields.size} }`,
    'false_alarms: 1 per quarter',
    'signals:',
    '  inputs: { type: data_drift }',
    '  predictions: { type: prediction_drift }',
    '  quality: { type: data_quality }',
  ]
  if (fields.label !== '') lines.push(`  accuracy: { type: model_performance, label: ${quoted(fields.label)} }`)
  return `${lines.join('\n')}\n`
}
