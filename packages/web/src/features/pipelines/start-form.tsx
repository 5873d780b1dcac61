import type { Answer } from '@modelyard/client'
import { useMutation } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { call, queryClient } from '../../api/client.ts'
import { pathIn } from '../../components/app-link.tsx'
import { ErrorPanel } from '../../components/error-panel.tsx'
import { Icon } from '../../components/icon.tsx'
import { CodeBlock } from '../../components/text.tsx'
import { parseValue } from './parameter-value.ts'

type Pipeline = Answer<'getPipeline'>

/** A field for each declared parameter; what is not changed keeps its default. */
export function StartForm({ ws, pipeline }: { readonly ws: string; readonly pipeline: Pipeline }) {
  const navigate = useNavigate()
  const [values, setValues] = useState<Readonly<Record<string, string>>>({})
  const [force, setForce] = useState(false)
  const set = Object.fromEntries(
    pipeline.parameters.flatMap(({ name, default: value, type }) => {
      const text = values[name]
      const like = type === 'number' || type === 'integer' ? 0 : type === 'boolean' ? true : value
      return text === undefined || text === String(value) ? [] : [[name, parseValue(text, like)]]
    }),
  )
  const start = useMutation({
    mutationFn: () =>
      call('runPipeline', { params: { ws, name: pipeline.name }, body: { set, version: pipeline.version, force } }),
    onSuccess: async (job) => {
      await queryClient.invalidateQueries({ queryKey: [ws, 'jobs'] })
      await navigate({ to: pathIn(ws, 'jobs', job.id) })
    },
  })
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        start.mutate()
      }}
    >
      <div className="form two">
        {pipeline.parameters.map((parameter) => (
          <label className="f" key={parameter.name}>
            <span>
              {parameter.name} <em className="dim">{parameter.type}</em>
            </span>
            {parameter.type === 'boolean' ? (
              <select
                className="field"
                value={values[parameter.name] ?? String(parameter.default)}
                onChange={(event) => setValues({ ...values, [parameter.name]: event.target.value })}
              >
                <option>true</option>
                <option>false</option>
              </select>
            ) : (
              <input
                className="field"
                inputMode={parameter.type === 'string' ? 'text' : 'decimal'}
                value={values[parameter.name] ?? (parameter.default === null ? '' : String(parameter.default))}
                onChange={(event) => setValues({ ...values, [parameter.name]: event.target.value })}
              />
            )}
          </label>
        ))}
      </div>
      {pipeline.parameters.length === 0 ? <p className="note">This pipeline has no parameters.</p> : null}
      <p className="row wrap" style={{ marginTop: 12 }}>
        <button className="btn pri" type="submit" disabled={!pipeline.enabled || start.isPending}>
          <Icon name="play" size={14} /> Start
        </button>
        <label className="row small sub">
          <input type="checkbox" checked={force} onChange={(event) => setForce(event.target.checked)} /> run all steps,
          reuse nothing
        </label>
      </p>
      {pipeline.enabled ? null : <p className="note">Disabled: enable it to start jobs.</p>}
      {start.isError ? <ErrorPanel error={start.error} /> : null}
      <CodeBlock
        label="The same by REST"
        text={`curl -X POST ${pipeline.endpoint} \\\n  -H "Authorization: Bearer $MODELYARD_TOKEN" \\\n  -H "Content-Type: application/json" \\\n  -d '${JSON.stringify({ ParameterAssignments: set })}'`}
      />
    </form>
  )
}
