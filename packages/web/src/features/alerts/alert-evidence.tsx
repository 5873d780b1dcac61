import { AppLink, pathIn } from '../../components/app-link.tsx'
import { exactText, shortText, percentText } from '../../components/format.ts'
import { AlertActions } from './alert-actions.tsx'
import type { Alert } from './alert-words.ts'

/** Since when, which features, how much, what it cost; each feature leads to its two distributions. */
export function AlertEvidence({ ws, alert }: { readonly ws: string; readonly alert: Alert }) {
  return (
    <div className="alev">
      {alert.summary === '' ? null : <p className="wrapc">{alert.summary}</p>}
      <dl className="kv">
        <dt>Since</dt>
        <dd>
          {exactText(alert.since)}, until {exactText(alert.until)}, {alert.windows}{' '}
          {alert.windows === 1 ? 'window' : 'windows'}
        </dd>
        {alert.cost === null ? null : (
          <>
            <dt>It cost</dt>
            <dd>
              {alert.cost.metric} {shortText(alert.cost.value)} instead of {shortText(alert.cost.baseline)}
            </dd>
          </>
        )}
        <dt>Told</dt>
        <dd>
          {alert.trigger === null ? (
            'no trigger'
          ) : (
            <AppLink to={pathIn(ws, 'triggers', alert.trigger)} className="link">
              trigger {alert.trigger}
            </AppLink>
          )}
        </dd>
        {alert.acknowledgedBy === null ? null : (
          <>
            <dt>Looked after by</dt>
            <dd>{alert.acknowledgedBy}</dd>
          </>
        )}
        {alert.note === null || alert.note === '' ? null : (
          <>
            <dt>Note</dt>
            <dd>{alert.note}</dd>
          </>
        )}
        {alert.resolvedAt === null ? null : (
          <>
            <dt>Resolved</dt>
            <dd>{exactText(alert.resolvedAt)}</dd>
          </>
        )}
      </dl>
      {alert.evidence.length === 0 ? null : (
        <div className="scroll" tabIndex={0} role="group" aria-label={`Evidence of ${alert.signal}`}>
          <table className="ft">
            <thead>
              <tr>
                <th>Feature</th>
                <th>Statistic</th>
                <th className="r">Value</th>
                <th className="r">Limit</th>
                <th className="r">Weight</th>
              </tr>
            </thead>
            <tbody>
              {alert.evidence.map((one, index) => (
                <tr key={`${one.feature ?? ''}/${one.statistic}/${index}`}>
                  <td>
                    {one.feature === null ? (
                      alert.signal
                    ) : (
                      <AppLink
                        to={`${pathIn(ws, 'monitors', alert.monitor)}?${placeOf(alert, one.feature)}`}
                        className="link"
                      >
                        {one.feature}
                      </AppLink>
                    )}
                  </td>
                  <td className="sub">{one.statistic}</td>
                  <td className="r m">{shortText(one.value)}</td>
                  <td className="r">{shortText(one.threshold)}</td>
                  <td className="r sub">{one.importance === null ? '–' : percentText(one.importance)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <AlertActions ws={ws} alert={alert} />
    </div>
  )
}

const placeOf = (alert: Alert, feature: string): string =>
  new URLSearchParams({ signal: alert.signal, feature, window: alert.since }).toString()
