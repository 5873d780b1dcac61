import { useQuery } from '@tanstack/react-query'
import * as queries from '../../api/queries.ts'
import { QueryView } from '../../components/query-view.tsx'
import { SkeletonBlock } from '../../components/skeleton.tsx'
import { CodeBlock, SectionHead, When } from '../../components/text.tsx'

/** Exceptions of the scoring scripts, grouped; a request id leads to what that request printed. */
export function Exceptions({
  ws,
  endpoint,
  opened,
  onOpen,
  onRequest,
}: {
  readonly ws: string
  readonly endpoint: string
  readonly opened: string | undefined
  readonly onOpen: (id: string | undefined) => void
  readonly onRequest: (requestId: string) => void
}) {
  const exceptions = useQuery(queries.exceptions(ws, endpoint))
  const count = exceptions.data?.items.reduce((sum, one) => sum + one.count, 0)
  return (
    <section className="sec">
      <SectionHead
        title="Exceptions"
        basis={
          count === undefined
            ? undefined
            : count === 0
              ? 'none'
              : `${count} in ${exceptions.data?.items.length === 1 ? 'one place' : `${exceptions.data?.items.length} places`}`
        }
      />
      <QueryView query={exceptions} skeleton={<SkeletonBlock height={60} />}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="note">No scoring script raised anything that it did not handle.</p>
          ) : (
            <ul className="als">
              {items.map((group) => (
                <li key={group.id}>
                  <button
                    type="button"
                    className="plain exr"
                    aria-expanded={opened === group.id}
                    onClick={() => onOpen(opened === group.id ? undefined : group.id)}
                  >
                    <span className="wrapc">
                      <b className="b failed">{group.type}</b> {group.message}
                    </span>
                    <span className="sub small nw">
                      {group.deployment}, {group.count} ×, <When at={group.lastAt} />
                    </span>
                  </button>
                  {opened === group.id ? (
                    <div>
                      <CodeBlock label={`Traceback of ${group.type}`} text={group.traceback} />
                      <p className="row wrap small">
                        <span className="sub">Newest requests</span>
                        {group.requestIds.map((id) => (
                          <button key={id} type="button" className="plain link mono" onClick={() => onRequest(id)}>
                            {id}
                          </button>
                        ))}
                      </p>
                    </div>
                  ) : null}
                </li>
              ))}
            </ul>
          )
        }
      </QueryView>
    </section>
  )
}
