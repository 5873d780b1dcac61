import type { Answer } from '@modelyard/client'
import { percentText, plainWords } from '../../components/format.ts'

type Deployment = Answer<'getEndpoint'>['deployments'][number]

const count = (value: number): string => value.toLocaleString('en-GB')

/** What became of each answered prediction; the columns after the first add up to it. */
export function CollectionTable({ deployments }: { readonly deployments: readonly Deployment[] }) {
  const collecting = deployments.filter((one) => one.collection !== null)
  if (collecting.length === 0)
    return (
      <p className="note">
        Nothing is collected: a monitor of this endpoint turns it on, or <code>data_collector</code> in the deployment.
      </p>
    )
  return (
    <div className="scroll" tabIndex={0} role="group" aria-label="Collected predictions">
      <table style={{ minWidth: 600 }}>
        <thead>
          <tr>
            <th>Deployment</th>
            <th className="r">Sampling</th>
            <th className="r">Received</th>
            <th className="r">Stored</th>
            <th className="r">Sampled out</th>
            <th className="r">Dropped</th>
            <th className="r">Lost</th>
          </tr>
        </thead>
        <tbody>
          {collecting.map(({ name, collection }) => {
            if (collection === null) return null
            const dropped = Object.entries(collection.dropped).filter(([, value]) => value > 0)
            const total = dropped.reduce((sum, [, value]) => sum + value, 0)
            return (
              <tr key={name}>
                <td className="m">
                  {name}
                  {collection.redact.length === 0 ? null : (
                    <span className="dim" title={`Never written: ${collection.redact.join(', ')}`}>
                      {' '}
                      {collection.redact.length} redacted
                    </span>
                  )}
                </td>
                <td className="r">{collection.enabled ? percentText(collection.samplingRate) : 'off'}</td>
                <td className="r">{count(collection.received)}</td>
                <td className="r m">{count(collection.stored)}</td>
                <td className="r">{count(collection.sampledOut)}</td>
                <td
                  className={total > 0 ? 'r attention' : 'r'}
                  title={dropped.map(([reason, value]) => `${plainWords(reason)} ${value}`).join(', ') || undefined}
                >
                  {count(total)}
                  {dropped[0] === undefined ? '' : ` (${plainWords(dropped[0][0])})`}
                </td>
                <td className={collection.lost > 0 ? 'r attention' : 'r'}>{count(collection.lost)}</td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </div>
  )
}
