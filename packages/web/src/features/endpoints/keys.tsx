import type { Answer } from '@modelyard/client'
import { useMutation } from '@tanstack/react-query'
import { call, queryClient } from '../../api/client.ts'
import { ErrorPanel } from '../../components/error-panel.tsx'
import { CopyButton, SectionHead } from '../../components/text.tsx'

/** The two keys, to copy and to replace one while callers use the other. */
export function Keys({ ws, endpoint }: { readonly ws: string; readonly endpoint: Answer<'getEndpoint'> }) {
  const replace = useMutation({
    mutationFn: (key: 'primary' | 'secondary') =>
      call('regenerateEndpointKey', { params: { ws, endpoint: endpoint.name, key } }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: [ws, 'endpoints'] }),
  })
  const { keys } = endpoint
  return (
    <section className="sec">
      <SectionHead title="Keys" basis={endpoint.authMode === 'none' ? 'none needed' : `auth by ${endpoint.authMode}`} />
      {keys === undefined ? (
        <p className="note">Your role may not read the keys.</p>
      ) : (
        (['primary', 'secondary'] as const).map((key) => (
          <div key={key} className="row wrap" style={{ padding: '5px 0', borderBottom: '1px solid var(--line)' }}>
            <span className="m" style={{ width: 74 }}>
              {key}
            </span>
            <code className="sub">{keys[key].slice(0, 10)}…</code>
            <span className="sp row">
              <CopyButton text={keys[key]} label="Copy" />
              <button
                type="button"
                className="btn ghost"
                disabled={replace.isPending}
                onClick={() => replace.mutate(key)}
                aria-label={`Replace the ${key} key`}
              >
                Replace
              </button>
            </span>
          </div>
        ))
      )}
      {replace.isError ? <ErrorPanel error={replace.error} /> : null}
    </section>
  )
}
