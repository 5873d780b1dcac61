import type { Answer } from '@modelyard/client'
import { useMutation, useQuery } from '@tanstack/react-query'
import { call, queryClient } from '../../api/client.ts'
import * as queries from '../../api/queries.ts'
import { formText } from '../../components/form-text.ts'
import { ErrorPanel } from '../../components/error-panel.tsx'
import { QueryView } from '../../components/query-view.tsx'
import { SectionHead, When } from '../../components/text.tsx'

type Role = Answer<'listRoleAssignments'>['items'][number]['role']
const roles: readonly Role[] = ['Owner', 'Contributor', 'DataScientist', 'Operator', 'Reader', 'Runner']

/** Who may do what here; assigning holds from the next request on. */
export function Roles({ ws }: { readonly ws: string }) {
  const list = useQuery(queries.roleAssignments(ws))
  const people = useQuery(queries.principals)
  const refresh = () => queryClient.invalidateQueries({ queryKey: [ws, 'roles'] })
  const assign = useMutation({
    mutationFn: ({ principal, role }: { principal: string; role: Role }) =>
      call('assignRole', { params: { ws, principal, role } }),
    onSuccess: refresh,
  })
  const revoke = useMutation({
    mutationFn: ({ principal, role }: { principal: string; role: Role }) =>
      call('revokeRole', { params: { ws, principal, role } }),
    onSuccess: refresh,
  })
  const create = useMutation({
    mutationFn: (name: string) => call('createPrincipal', { body: { name } }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ['principals'] }),
  })
  const failure = assign.error ?? revoke.error ?? create.error
  return (
    <section className="sec">
      <SectionHead title="People and roles" basis={list.data?.items.length} />
      <QueryView query={list}>
        {({ items }) => (
          <div className="scroll" tabIndex={0} role="group" aria-label="Roles">
            <table style={{ minWidth: 480 }}>
              <thead>
                <tr>
                  <th>Who</th>
                  <th>Role</th>
                  <th>Where</th>
                  <th className="r">Since</th>
                  <th className="r">
                    <span className="vh">Change</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {items.map((one) => (
                  <tr key={`${one.principal}/${one.role}/${one.scope}`}>
                    <td className="m">{one.principal}</td>
                    <td>{one.role}</td>
                    <td className="sub">{one.scope === '*' ? 'all workspaces' : one.scope}</td>
                    <td className="r sub">
                      <When at={one.createdAt} />
                    </td>
                    <td className="r">
                      {one.scope === '*' ? null : (
                        <button
                          type="button"
                          className="btn ghost"
                          onClick={() => revoke.mutate(one)}
                          aria-label={`Revoke ${one.role} of ${one.principal}`}
                        >
                          Revoke
                        </button>
                      )}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </QueryView>
      <div className="row wrap" style={{ marginTop: 10, alignItems: 'end' }}>
        <form
          className="row wrap"
          style={{ alignItems: 'end' }}
          onSubmit={(event) => {
            event.preventDefault()
            const form = new FormData(event.currentTarget)
            const role = roles.find((one) => one === form.get('role'))
            if (role !== undefined) assign.mutate({ principal: formText(form, 'principal'), role })
          }}
        >
          <label className="f" style={{ width: 160 }}>
            <span>Who</span>
            <select className="field" name="principal">
              {(people.data?.items ?? []).map((one) => (
                <option key={one.name}>{one.name}</option>
              ))}
            </select>
          </label>
          <label className="f" style={{ width: 140 }}>
            <span>Role</span>
            <select className="field" name="role" defaultValue="DataScientist">
              {roles.map((role) => (
                <option key={role}>{role}</option>
              ))}
            </select>
          </label>
          <button type="submit" className="btn">
            Assign
          </button>
        </form>
        <form
          className="row"
          style={{ alignItems: 'end' }}
          onSubmit={(event) => {
            event.preventDefault()
            const name = new FormData(event.currentTarget).get('name')
            if (typeof name === 'string' && name !== '') create.mutate(name)
          }}
        >
          <label className="f" style={{ width: 160 }}>
            <span>New person</span>
            <input className="field" name="name" autoComplete="off" />
          </label>
          <button type="submit" className="btn">
            Add
          </button>
        </form>
      </div>
      {failure === null ? null : <ErrorPanel error={failure} />}
    </section>
  )
}
