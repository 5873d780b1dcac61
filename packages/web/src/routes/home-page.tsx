import { useMutation, useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useEffect } from 'react'
import { call, queryClient } from '../api/client.ts'
import * as queries from '../api/queries.ts'
import { AppLink, pathIn } from '../components/app-link.tsx'
import { ErrorPanel } from '../components/error-panel.tsx'
import { SkeletonTable } from '../components/skeleton.tsx'
import { When } from '../components/text.tsx'

/** The workspaces I can see; with one there is nothing to choose. */
export function HomePage() {
  const list = useQuery(queries.workspaces)
  const navigate = useNavigate()
  const items = list.data?.items
  useEffect(() => {
    document.title = 'Workspaces · Modelyard'
  }, [])
  const only = items?.length === 1 ? items[0]?.name : undefined
  const chosen = useMutation({
    mutationFn: (name: string) => call('createWorkspace', { body: { name } }),
    onSuccess: async (made) => {
      await queryClient.invalidateQueries({ queryKey: ['workspaces'] })
      await navigate({ to: pathIn(made.name) })
    },
  })
  return (
    <main className="login">
      <h1>Workspaces</h1>
      {list.isError ? <ErrorPanel error={list.error} /> : null}
      {items === undefined ? (
        list.isError ? null : (
          <SkeletonTable columns={['Workspace', 'Made']} rows={3} />
        )
      ) : (
        <table>
          <thead>
            <tr>
              <th>Workspace</th>
              <th className="r">Made</th>
            </tr>
          </thead>
          <tbody>
            {items.map((one) => (
              <tr key={one.name}>
                <td>
                  <AppLink to={pathIn(one.name)} className="link m">
                    {one.displayName}
                  </AppLink>
                </td>
                <td className="r sub">
                  <When at={one.createdAt} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {only === undefined ? null : <p className="note">There is one workspace so far.</p>}
      <form
        className="row"
        onSubmit={(event) => {
          event.preventDefault()
          const name = new FormData(event.currentTarget).get('name')
          if (typeof name === 'string' && name !== '') chosen.mutate(name)
        }}
      >
        <label className="f" style={{ flex: 1 }}>
          <span>New workspace</span>
          <input className="field" name="name" placeholder="a-z, 0-9 and -" autoComplete="off" />
        </label>
        <button className="btn" type="submit" style={{ alignSelf: 'end' }} disabled={chosen.isPending}>
          Create
        </button>
      </form>
      {chosen.isError ? <ErrorPanel error={chosen.error} /> : null}
    </main>
  )
}
