import { useMutation, useQuery } from '@tanstack/react-query'
import { call, queryClient } from '../../api/client.ts'
import * as queries from '../../api/queries.ts'
import { formText } from '../../components/form-text.ts'
import { ErrorPanel } from '../../components/error-panel.tsx'
import { QueryView } from '../../components/query-view.tsx'
import { CodeBlock, SectionHead, When } from '../../components/text.tsx'

/** Keys to the API; a new one is shown once. */
export function Tokens() {
  const list = useQuery(queries.tokens)
  const refresh = () => queryClient.invalidateQueries({ queryKey: ['tokens'] })
  const create = useMutation({
    mutationFn: (description: string) => call('createToken', { body: { description } }),
    onSuccess: refresh,
  })
  const remove = useMutation({
    mutationFn: (id: string) => call('deleteToken', { params: { id } }),
    onSuccess: refresh,
  })
  return (
    <section className="sec">
      <SectionHead title="Tokens" basis="for the command line, programs and MLflow" />
      <QueryView query={list}>
        {({ items }) => (
          <div className="scroll" tabIndex={0} role="group" aria-label="Tokens">
            <table style={{ minWidth: 560 }}>
              <thead>
                <tr>
                  <th>Token</th>
                  <th>Whose</th>
                  <th>For</th>
                  <th className="r">Last used</th>
                  <th className="r">Ends</th>
                  <th className="r">
                    <span className="vh">Change</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {items.map((token) => (
                  <tr key={token.id}>
                    <td className="mono">{token.prefix}…</td>
                    <td>{token.principal}</td>
                    <td className="sub">{token.description}</td>
                    <td className="r sub">{token.lastUsedAt === null ? 'never' : <When at={token.lastUsedAt} />}</td>
                    <td className="r sub">{token.expiresAt === null ? 'never' : token.expiresAt.slice(0, 10)}</td>
                    <td className="r">
                      <button
                        type="button"
                        className="btn ghost"
                        onClick={() => remove.mutate(token.id)}
                        aria-label={`Delete token ${token.prefix}`}
                      >
                        Delete
                      </button>
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </QueryView>
      <form
        className="row wrap"
        style={{ marginTop: 10, alignItems: 'end' }}
        onSubmit={(event) => {
          event.preventDefault()
          create.mutate(formText(new FormData(event.currentTarget), 'for'))
        }}
      >
        <label className="f" style={{ width: 220 }}>
          <span>What it is for</span>
          <input className="field" name="for" autoComplete="off" />
        </label>
        <button type="submit" className="btn" disabled={create.isPending}>
          Make a token
        </button>
      </form>
      {create.data === undefined ? null : (
        <div className="notice good">
          Shown only now; keep it safe.
          <CodeBlock label="New token" text={create.data.token} />
        </div>
      )}
      {create.isError ? <ErrorPanel error={create.error} /> : null}
      {remove.isError ? <ErrorPanel error={remove.error} /> : null}
    </section>
  )
}
