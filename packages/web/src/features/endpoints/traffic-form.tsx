import type { Answer } from '@modelyard/client'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { call, queryClient } from '../../api/client.ts'
import { ErrorPanel } from '../../components/error-panel.tsx'

type Endpoint = Answer<'getEndpoint'>

/** Whole percentages by deployment; they must come to 100, or all to 0. */
export function TrafficForm({
  ws,
  endpoint,
  onDone,
}: {
  readonly ws: string
  readonly endpoint: Endpoint
  readonly onDone: () => void
}) {
  const [values, setValues] = useState<Readonly<Record<string, number>>>(
    Object.fromEntries(endpoint.deployments.map((one) => [one.name, one.trafficPercent])),
  )
  const sum = Object.values(values).reduce((total, value) => total + value, 0)
  const right = sum === 100 || sum === 0
  const save = useMutation({
    mutationFn: () => call('setTraffic', { params: { ws, endpoint: endpoint.name }, body: { traffic: values } }),
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
        save.mutate()
      }}
    >
      <div className="row wrap">
        {endpoint.deployments.map((one) => (
          <label key={one.name} className="f" style={{ width: 120 }}>
            <span>{one.name}, %</span>
            <input
              className="field"
              type="number"
              min={0}
              max={100}
              step={1}
              value={values[one.name] ?? 0}
              onChange={(event) => setValues({ ...values, [one.name]: Number(event.target.value) })}
            />
          </label>
        ))}
        <button className="btn pri" type="submit" style={{ alignSelf: 'end' }} disabled={!right || save.isPending}>
          Set traffic
        </button>
        <button className="btn ghost" type="button" style={{ alignSelf: 'end' }} onClick={onDone}>
          Cancel
        </button>
        <span className={right ? 'sub small' : 'attention small'} role="status">
          sum {sum} %{right ? '' : ', must be 100 or 0'}
        </span>
      </div>
      {save.isError ? <ErrorPanel error={save.error} /> : null}
    </form>
  )
}
