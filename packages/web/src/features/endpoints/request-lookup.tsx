import { useQuery } from '@tanstack/react-query'
import * as queries from '../../api/queries.ts'
import { ErrorPanel } from '../../components/error-panel.tsx'
import { formText } from '../../components/form-text.ts'
import { LogView } from '../../components/log-view.tsx'
import { SkeletonBlock } from '../../components/skeleton.tsx'
import { CodeBlock, SectionHead, When } from '../../components/text.tsx'

/** One request by its id: what the script printed for it, and how it failed. */
export function RequestLookup({
  ws,
  endpoint,
  requestId,
  onRequest,
}: {
  readonly ws: string
  readonly endpoint: string
  readonly requestId: string
  readonly onRequest: (requestId: string | undefined) => void
}) {
  const trace = useQuery(queries.requestTrace(ws, endpoint, requestId))
  return (
    <section className="sec" id="request">
      <SectionHead title="One request" basis="by the x-request-id of its answer" />
      <form
        key={requestId}
        className="row"
        style={{ marginTop: 10 }}
        onSubmit={(event) => {
          event.preventDefault()
          onRequest(formText(new FormData(event.currentTarget), 'request').trim() || undefined)
        }}
      >
        <input
          className="field mono"
          name="request"
          aria-label="Request id"
          placeholder="request id"
          maxLength={100}
          defaultValue={requestId}
          autoComplete="off"
          spellCheck={false}
        />
        <button type="submit" className="btn">
          Look up
        </button>
      </form>
      <div aria-live="polite">
        {requestId === '' ? null : trace.isError ? (
          <ErrorPanel error={trace.error} />
        ) : trace.data === undefined ? (
          <SkeletonBlock height={60} />
        ) : (
          <>
            <p className="note">
              {trace.data.deployment}
              {trace.data.at === null ? '' : ', '}
              {trace.data.at === null ? null : <When at={trace.data.at} />}
              {trace.data.lines.length === 0 ? '; it printed nothing' : ''}
            </p>
            {trace.data.lines.length === 0 ? null : (
              <LogView text={trace.data.lines.join('\n')} label={`Lines of ${requestId}`} height={200} />
            )}
            {trace.data.exception === null ? null : (
              <>
                <p className="small">
                  <b className="b failed">{trace.data.exception.type}</b> {trace.data.exception.message}
                </p>
                <CodeBlock label="Traceback" text={trace.data.exception.traceback} />
              </>
            )}
          </>
        )}
      </div>
    </section>
  )
}
