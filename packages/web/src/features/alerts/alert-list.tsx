import { AppLink, pathIn } from '../../components/app-link.tsx'
import { Icon } from '../../components/icon.tsx'
import { stateWord } from '../../components/state.tsx'
import { When } from '../../components/text.tsx'
import { AlertEvidence } from './alert-evidence.tsx'
import { alertKind, alertTitle, featuresText, type Alert } from './alert-words.ts'

/** Alerts with the verb on the right; the opened one shows its evidence. */
export function AlertList({
  ws,
  alerts,
  opened,
  onOpen,
  withMonitor = false,
}: {
  readonly ws: string
  readonly alerts: readonly Alert[]
  readonly opened: string | undefined
  readonly onOpen: (id: string | undefined) => void
  readonly withMonitor?: boolean
}) {
  return (
    <ul className="als">
      {alerts.map((alert) => {
        const isOpened = alert.id === opened
        return (
          <li key={alert.id}>
            <button
              type="button"
              className="plain alr"
              aria-expanded={isOpened}
              onClick={() => onOpen(isOpened ? undefined : alert.id)}
            >
              <span className={`st ${alertKind[alert.status]}`} title={stateWord(alert.status)}>
                <Icon name={alertKind[alert.status]} size={14} />
                <span className={withMonitor ? 'alw2' : 'vh'}>{stateWord(alert.status)}</span>
              </span>
              <span className="wrapc">
                <b className="b">{alertTitle(alert)}</b>{' '}
                <span className="sub">
                  {alert.features.length === 0 ? '' : `${featuresText(alert.features)}; `}
                  {alert.windows} {alert.windows === 1 ? 'window' : 'windows'}
                  {withMonitor ? '' : `, ${alert.status}`}
                </span>
              </span>
              <span className="dim small nw">
                <When at={alert.createdAt} />
              </span>
            </button>
            {withMonitor ? (
              <AppLink to={pathIn(ws, 'monitors', alert.monitor)} className="link small alm">
                {alert.monitor}
              </AppLink>
            ) : null}
            {isOpened ? <AlertEvidence ws={ws} alert={alert} /> : null}
          </li>
        )
      })}
    </ul>
  )
}
