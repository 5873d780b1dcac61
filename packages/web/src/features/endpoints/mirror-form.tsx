import type { Answer } from '@modelyard/client'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { call, queryClient } from '../../api/client.ts'
import { ErrorPanel } from '../../components/error-panel.tsx'
import { shortText, percentText } from '../../components/format.ts'
import { SectionHead } from '../../components/text.tsx'

type Endpoint = Answer<'getEndpoint'>
type Deployment = Endpoint['deployments'][number]

/** Copies of requests to a deployment whose answers are compared and not used; and by which header callers stay. */
export function Mirror({ ws, endpoint }: { readonly ws: string; readonly endpoint: Endpoint }) {
  const [values, setValues] = useState<Readonly<Record<string, number>>>()
  const save = useMutation({
    mutationFn: (mirror: Record<string, number>) =>
      call('setMirror', { params: { ws, endpoint: endpoint.name }, body: { mirror } }),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: [ws, 'endpoints'] })
      setValues(undefined)
    },
  })
  const mirrored = endpoint.deployments.filter((one) => one.mirrorPercent > 0 || (one.mirror?.compared ?? 0) > 0)
  return (
    <section className="sec">
      <SectionHead title="Copies and callers" basis="compared, not used">
        {values === undefined ? (
          <button
            type="button"
            className="btn"
            onClick={() =>
              setValues(Object.fromEntries(endpoint.deployments.map((one) => [one.name, one.mirrorPercent])))
            }
          >
            Change
          </button>
        ) : undefined}
      </SectionHead>
      <dl className="kv" style={{ marginTop: 8 }}>
        <dt>Copies</dt>
        <dd>
          {mirrored.length === 0
            ? 'none'
            : mirrored.map((one) => (
                <span key={one.name} style={{ display: 'block' }}>
                  {one.mirrorPercent} % to <b className="m">{one.name}</b>
                  <Compared deployment={one} />
                </span>
              ))}
        </dd>
        <dt>A caller stays</dt>
        <dd>
          {endpoint.stickyHeader === null ? (
            <>
              each request is split anew; <code>sticky_header</code> in the endpoint’s file keeps callers
            </>
          ) : (
            <>
              by header <code>{endpoint.stickyHeader}</code> with the same deployment
            </>
          )}
        </dd>
      </dl>
      {values === undefined ? null : (
        <form
          className="row wrap"
          style={{ marginTop: 10, alignItems: 'end' }}
          onSubmit={(event) => {
            event.preventDefault()
            save.mutate(Object.fromEntries(Object.entries(values).filter(([, percent]) => percent > 0)))
          }}
        >
          {endpoint.deployments.map((one) => (
            <label key={one.name} className="f" style={{ width: 110 }}>
              <span>{one.name}, % copied</span>
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
          <button type="submit" className="btn pri" disabled={save.isPending}>
            Set copies
          </button>
          <button type="button" className="btn ghost" onClick={() => setValues(undefined)}>
            Cancel
          </button>
        </form>
      )}
      {save.isError ? <ErrorPanel error={save.error} /> : null}
    </section>
  )
}

function Compared({ deployment }: { readonly deployment: Deployment }) {
  const { mirror } = deployment
  if (mirror === null || mirror.compared + mirror.failed === 0) return <span className="sub">, none compared yet</span>
  return (
    <span className="sub">
      , {mirror.compared === 0 ? 'none' : percentText(Math.round((mirror.agreed / mirror.compared) * 1000) / 1000)} of{' '}
      {mirror.compared.toLocaleString('en-GB')} the same
      {mirror.meanAbsoluteDifference === null ? '' : `, mean difference ${shortText(mirror.meanAbsoluteDifference)}`}
      {mirror.failed === 0 ? '' : `, ${mirror.failed} failed`}
    </span>
  )
}
