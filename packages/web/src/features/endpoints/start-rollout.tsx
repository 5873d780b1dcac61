import type { Answer } from '@modelyard/client'
import { useMutation } from '@tanstack/react-query'
import { call, queryClient } from '../../api/client.ts'
import { ErrorPanel } from '../../components/error-panel.tsx'
import { formText } from '../../components/form-text.ts'

type Endpoint = Answer<'getEndpoint'>

const stepsOf = (text: string): number[] =>
  text
    .split(/[\s,%]+/)
    .filter((part) => part !== '')
    .map(Number)

/** Moves traffic to a deployment step by step; each step is analysed before the next one. */
export function StartRollout({
  ws,
  endpoint,
  onDone,
}: {
  readonly ws: string
  readonly endpoint: Endpoint
  readonly onDone: () => void
}) {
  const candidates = endpoint.deployments.filter((one) => one.trafficPercent < 100)
  const start = useMutation({
    mutationFn: (form: FormData) =>
      call('startRollout', {
        params: { ws, endpoint: endpoint.name },
        body: {
          deployment: formText(form, 'deployment'),
          policy: {
            steps: stepsOf(formText(form, 'steps')),
            bakeMs: Number(formText(form, 'minutes')) * 60_000,
            approval: formText(form, 'approval') === 'manual' ? 'manual' : 'auto',
          },
        },
      }),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: [ws, 'endpoints'] })
      onDone()
    },
  })
  return (
    <form
      className="box"
      style={{ marginTop: 10 }}
      onSubmit={(event) => {
        event.preventDefault()
        start.mutate(new FormData(event.currentTarget))
      }}
    >
      <div className="row wrap" style={{ alignItems: 'end' }}>
        <label className="f" style={{ width: 150 }}>
          <span>Deployment</span>
          <select className="field" name="deployment">
            {candidates.map((one) => (
              <option key={one.name}>{one.name}</option>
            ))}
          </select>
        </label>
        <label className="f" style={{ width: 150 }}>
          <span>Steps, %</span>
          <input
            className="field"
            name="steps"
            required
            defaultValue="0, 10, 50, 100"
            title="0 is a shadow: copies only"
          />
        </label>
        <label className="f" style={{ width: 110 }}>
          <span>Each, min</span>
          <input
            className="field"
            name="minutes"
            type="number"
            min={0}
            max={10_080}
            step="any"
            required
            defaultValue="5"
          />
        </label>
        <label className="f" style={{ width: 160 }}>
          <span>Between steps</span>
          <select className="field" name="approval" defaultValue="manual">
            <option value="manual">wait for approval</option>
            <option value="auto">go on by itself</option>
          </select>
        </label>
        <button type="submit" className="btn pri" disabled={start.isPending}>
          Start rollout
        </button>
        <button type="button" className="btn ghost" onClick={onDone}>
          Cancel
        </button>
      </div>
      {start.isError ? <ErrorPanel error={start.error} /> : null}
    </form>
  )
}
