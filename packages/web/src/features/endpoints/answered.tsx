import type { Answer } from '@modelyard/client'
import { shortText } from '../../components/format.ts'
import { Say } from '../../components/text.tsx'
import type { Rollout } from './rollout-words.ts'

type Endpoint = Answer<'getEndpoint'>

/** Is it healthy and fast? One sentence, with the rollout that is under way. */
export function Answered({
  endpoint,
  rollout,
}: {
  readonly endpoint: Endpoint
  readonly rollout: Rollout | undefined
}) {
  const failed = endpoint.deployments.find((one) => one.state === 'failed')
  const serving = endpoint.deployments.filter((one) => one.trafficPercent > 0)
  const rate = serving.reduce((sum, one) => sum + (one.numbers?.requestsPerSecond ?? 0), 0)
  const requests = serving.reduce((sum, one) => sum + (one.numbers?.requests ?? 0), 0)
  const errors = serving.reduce((sum, one) => sum + (one.numbers?.errors ?? 0), 0)
  const slowest = Math.max(0, ...serving.map((one) => one.numbers?.p95Ms ?? 0))
  const ready = serving.length > 0 && serving.every((one) => one.state === 'ready')
  return (
    <>
      <Say lead>
        <b>
          {ready
            ? errors === 0
              ? 'Healthy'
              : 'Answering'
            : failed === undefined
              ? 'Not answering yet'
              : `${failed.name} failed`}
        </b>
        {ready && requests > 0 ? ': ' : '. '}
        {requests === 0 ? (
          'No request came yet.'
        ) : (
          <>
            {shortText(rate)} requests per second, p95 <b>{slowest.toFixed(1)} ms</b>,{' '}
            {((errors / requests) * 100).toFixed(2)} % errors of {requests.toLocaleString('en-GB')}.
          </>
        )}
        {rollout === undefined ? null : <RolloutSentence rollout={rollout} />}
      </Say>
      {failed?.error == null ? null : (
        <section className="fx">
          <p className="say">
            <b>{failed.name}:</b> {failed.error.message}
          </p>
          {failed.error.logTail.length === 0 ? null : (
            <pre
              className="code"
              tabIndex={0}
              role="group"
              aria-label="Last lines of the log"
              style={{ marginTop: 10 }}
            >
              {failed.error.logTail.slice(-12).join('\n')}
            </pre>
          )}
          <p className="rem">
            Correct the script or the model and update the deployment; what has traffic goes on answering.
          </p>
        </section>
      )}
    </>
  )
}

function RolloutSentence({ rollout }: { readonly rollout: Rollout }) {
  const weight = rollout.steps[rollout.step]?.weight ?? 0
  const share = weight === 0 ? 'gets copies only' : `takes ${weight} %`
  return (
    <>
      {' '}
      <b>{rollout.deployment}</b> {share} and{' '}
      <b>
        {rollout.waitsForApproval
          ? 'waits for approval'
          : rollout.state === 'paused'
            ? 'is paused'
            : 'is being analysed'}
      </b>
      .
    </>
  )
}
