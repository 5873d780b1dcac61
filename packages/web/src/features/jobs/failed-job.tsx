import { useMutation } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { call } from '../../api/client.ts'
import { pathIn } from '../../components/app-link.tsx'
import { ErrorPanel } from '../../components/error-panel.tsx'
import { Icon } from '../../components/icon.tsx'
import { parseValue } from '../pipelines/parameter-value.ts'
import type { Job } from './schedule.ts'

/** Why the job is red, its last lines, and the parameters to change before it runs again. */
export function FailedJob({ ws, job }: { readonly ws: string; readonly job: Job }) {
  const navigate = useNavigate()
  const step = job.steps.find((one) => one.status === 'failed')
  const failure = step?.error ?? job.error
  const [values, setValues] = useState<Readonly<Record<string, string>>>({})
  const again = useMutation({
    mutationFn: () =>
      call('rerunJob', {
        params: { ws, id: job.id },
        body: {
          set: Object.fromEntries(
            Object.entries(values).map(([name, text]) => [name, parseValue(text, job.parameters[name])]),
          ),
        },
      }),
    onSuccess: (made) => navigate({ to: pathIn(ws, 'jobs', made.id) }),
  })
  if (failure === null) return null
  return (
    <section className="fx" aria-label="Why it failed">
      <p className="say">
        <b>{step === undefined ? 'The job failed.' : `Step ${step.name} failed.`}</b> {failure.message}
      </p>
      {failure.logTail.length === 0 ? null : (
        <pre
          className="code"
          tabIndex={0}
          aria-label="Last lines of the log"
          role="group"
          style={{ marginTop: 12, maxHeight: 220 }}
        >
          {failure.logTail.slice(-12).join('\n')}
        </pre>
      )}
      <p className="rem">
        Finished steps are reused: running again starts at {step === undefined ? 'what failed' : <b>{step.name}</b>}.
      </p>
      <div className="row wrap act">
        {Object.entries(job.parameters).map(([name, value]) => (
          <label key={name} className="row hf">
            {name}
            <input
              className="field"
              value={values[name] ?? String(value)}
              onChange={(event) => setValues({ ...values, [name]: event.target.value })}
            />
          </label>
        ))}
        <button type="button" className="btn pri" disabled={again.isPending} onClick={() => again.mutate()}>
          <Icon name="again" size={14} /> Run again
        </button>
      </div>
      <p className="ids">{failure.code}</p>
      {again.isError ? <ErrorPanel error={again.error} /> : null}
    </section>
  )
}
