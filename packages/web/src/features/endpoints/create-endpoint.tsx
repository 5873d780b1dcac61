import { useMutation, useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { call, queryClient } from '../../api/client.ts'
import * as queries from '../../api/queries.ts'
import { pathIn } from '../../components/app-link.tsx'
import { formText } from '../../components/form-text.ts'
import { ErrorPanel } from '../../components/error-panel.tsx'
import { Icon } from '../../components/icon.tsx'

/** Creates an endpoint with one deployment of a model; an MLflow model needs no scoring script. */
export function CreateEndpoint({ ws }: { readonly ws: string }) {
  const models = useQuery(queries.models(ws))
  const navigate = useNavigate()
  const create = useMutation({
    mutationFn: async ({ name, model }: { name: string; model: string }) => {
      await call('createEndpoint', {
        params: { ws },
        body: { source: { name: 'endpoint.yml', text: `name: ${JSON.stringify(name)}\nauth_mode: key\n` } },
      })
      if (model !== '')
        await call('createDeployment', {
          params: { ws, endpoint: name },
          body: {
            source: {
              name: 'deployment.yml',
              text: `name: blue\nendpoint_name: ${JSON.stringify(name)}\nmodel: ${JSON.stringify(`azureml:${model}@latest`)}\ninstance_count: 1\n`,
            },
          },
        })
      return name
    },
    onSuccess: (name) => navigate({ to: pathIn(ws, 'endpoints', name) }),
    onSettled: () => queryClient.invalidateQueries({ queryKey: [ws, 'endpoints'] }),
  })
  return (
    <form
      className="fm"
      onSubmit={(event) => {
        event.preventDefault()
        const form = new FormData(event.currentTarget)
        create.mutate({ name: formText(form, 'name'), model: formText(form, 'model') })
      }}
    >
      <label className="f">
        <span>Name</span>
        <input className="field" name="name" required autoComplete="off" placeholder="a-z, 0-9 and -" />
      </label>
      <label className="f">
        <span>MLflow model, newest version</span>
        <select className="field" name="model">
          <option value="">none yet</option>
          {(models.data?.items ?? []).map((model) => (
            <option key={model.name}>{model.name}</option>
          ))}
        </select>
      </label>
      <p>
        <button className="btn pri" type="submit" disabled={create.isPending}>
          <Icon name="plus" size={14} /> Create endpoint
        </button>
      </p>
      {create.isError ? <ErrorPanel error={create.error} /> : null}
    </form>
  )
}
