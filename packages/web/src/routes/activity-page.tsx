import { useInfiniteQuery } from '@tanstack/react-query'
import { Fragment } from 'react'
import * as queries from '../api/queries.ts'
import { AppLink, pathIn } from '../components/app-link.tsx'
import { formText } from '../components/form-text.ts'
import { ErrorPanel } from '../components/error-panel.tsx'
import { MoreButton } from '../components/more-button.tsx'
import { SkeletonTable } from '../components/skeleton.tsx'
import { When } from '../components/text.tsx'
import { actionDetail, actionText, subjectPath } from '../features/activity/action-text.ts'
import { WorkspacePage } from '../features/frame/workspace-page.tsx'
import { usePageParams, usePageSearch } from './search.ts'

const fields = ['actor', 'action', 'subject'] as const

export function ActivityPage() {
  const { ws } = usePageParams()
  const [search, setSearch] = usePageSearch()
  const filter: queries.ActivityFilter = {
    actor: search['actor'],
    action: search['action'],
    subject: search['subject'],
  }
  const list = useInfiniteQuery(queries.activity(ws, filter))
  const items = list.data?.pages.flatMap((page) => page.items) ?? []
  const open = search['entry']
  return (
    <WorkspacePage ws={ws} title="Activity">
      <div className="lead">
        <h1>Activity</h1>
        <span className="sub">who did what, when; newest first</span>
      </div>
      <form
        className="row wrap"
        style={{ margin: '12px 0 6px' }}
        onSubmit={(event) => {
          event.preventDefault()
          const form = new FormData(event.currentTarget)
          setSearch(Object.fromEntries(fields.map((field) => [field, formText(form, field) || undefined])))
        }}
      >
        {fields.map((field) => (
          <input
            key={field}
            className="field"
            style={{ width: 170 }}
            name={field}
            aria-label={field}
            placeholder={field}
            defaultValue={filter[field] ?? ''}
          />
        ))}
        <button className="btn" type="submit">
          Filter
        </button>
      </form>
      {list.isError ? <ErrorPanel error={list.error} /> : null}
      {list.data === undefined ? (
        list.isError ? null : (
          <SkeletonTable columns={['When', 'Who', 'What', 'Which']} rows={10} />
        )
      ) : items.length === 0 ? (
        <p className="note">
          Nothing matches. Every change that somebody makes is kept here, with what was before and after.
        </p>
      ) : (
        <div className="scroll" tabIndex={0} role="group" aria-label="Activity">
          <table style={{ minWidth: 640 }}>
            <thead>
              <tr>
                <th>When</th>
                <th>Who</th>
                <th>What</th>
                <th>Which</th>
                <th className="r">Entry</th>
              </tr>
            </thead>
            <tbody>
              {items.map((entry) => (
                <Fragment key={entry.seq}>
                  <tr className={open === String(entry.seq) ? 'sel' : undefined}>
                    <td className="sub">
                      <When at={entry.at} />
                    </td>
                    <td className="m">{entry.actor}</td>
                    <td className="wrapc" title={entry.action}>
                      {actionText(entry.action)} <span className="sub">{actionDetail(entry.after)}</span>
                    </td>
                    <td className="mono">
                      <Subject ws={ws} action={entry.action} subject={entry.subject} />
                    </td>
                    <td className="r">
                      <button
                        type="button"
                        className="plain link"
                        aria-expanded={open === String(entry.seq)}
                        onClick={() => setSearch({ entry: open === String(entry.seq) ? undefined : String(entry.seq) })}
                      >
                        {entry.seq}
                      </button>
                    </td>
                  </tr>
                  {open === String(entry.seq) ? (
                    <tr>
                      <td colSpan={5} className="wrapc">
                        <pre className="code" tabIndex={0} role="group" aria-label="Before and after">
                          {JSON.stringify(
                            { before: entry.before, after: entry.after, requestId: entry.requestId, hash: entry.hash },
                            undefined,
                            2,
                          )}
                        </pre>
                      </td>
                    </tr>
                  ) : null}
                </Fragment>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <MoreButton list={list} />
    </WorkspacePage>
  )
}

function Subject({ ws, action, subject }: { readonly ws: string; readonly action: string; readonly subject: string }) {
  const path = subjectPath(action, subject)
  return path === undefined ? (
    subject
  ) : (
    <AppLink to={pathIn(ws, ...path)} className="link">
      {subject}
    </AppLink>
  )
}
