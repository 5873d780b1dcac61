import { useQuery } from '@tanstack/react-query'
import * as queries from '../../api/automation-queries.ts'
import { AppLink, pathIn } from '../../components/app-link.tsx'
import { durationText } from '../../components/format.ts'
import { EmptyState } from '../../components/empty-state.tsx'
import { QueryView } from '../../components/query-view.tsx'
import { SkeletonTable } from '../../components/skeleton.tsx'
import { State } from '../../components/state.tsx'
import { When } from '../../components/text.tsx'
import { cliIn, pythonIn } from '../snippets.ts'
import { CreateTrigger } from './create-trigger.tsx'

/** Triggers with their guard rails and why the newest start did not happen. */
export function TriggerTable({ ws }: { readonly ws: string }) {
  const triggers = useQuery(queries.triggers(ws))
  return (
    <QueryView
      query={triggers}
      skeleton={<SkeletonTable columns={['Trigger', 'Pipeline', 'Guard rails', 'Fired', 'Last skip']} />}
    >
      {({ items }) =>
        items.length === 0 ? (
          <EmptyState
            title="No trigger yet."
            text="A trigger is what an alert starts: a published pipeline on newer data, and a rollout of the model that it registers, within guard rails."
            cli={cliIn(ws, 'trigger create -f trigger.yml')}
            python={pythonIn(ws, 'workspace.triggers.create("trigger.yml")')}
          >
            <CreateTrigger ws={ws} />
          </EmptyState>
        ) : (
          <div className="scroll" tabIndex={0} role="group" aria-label="Triggers">
            <table style={{ minWidth: 860 }}>
              <thead>
                <tr>
                  <th>Trigger</th>
                  <th>State</th>
                  <th>Starts</th>
                  <th>Guard rails</th>
                  <th className="r">Fired</th>
                  <th>Last skip</th>
                </tr>
              </thead>
              <tbody>
                {items.map((trigger) => (
                  <tr key={trigger.name}>
                    <td>
                      <AppLink to={pathIn(ws, 'triggers', trigger.name)} className="m link">
                        {trigger.name}
                      </AppLink>
                    </td>
                    <td>
                      <State status={trigger.enabled ? 'ready' : 'stopped'} word={trigger.enabled ? 'Armed' : 'Off'} />
                    </td>
                    <td>
                      {trigger.pipeline}
                      <span className="dim">
                        {trigger.rollout === null ? '' : `, then ${trigger.rollout.endpoint}`}
                      </span>
                    </td>
                    <td className="sub">
                      {trigger.coolDownMs === 0 ? 'no cool-down' : `cool-down ${durationText(trigger.coolDownMs)}`},{' '}
                      {trigger.budgetPerDay} a day, {trigger.minNewLabels} labels
                    </td>
                    <td className="r sub">
                      <When at={trigger.lastFiredAt} />
                    </td>
                    <td className="wrapc">
                      {trigger.lastSkip === null ? (
                        <span className="dim">never skipped</span>
                      ) : (
                        <>
                          {trigger.lastSkip.reason}{' '}
                          <span className="dim">
                            <When at={trigger.lastSkip.at} />
                          </span>
                        </>
                      )}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )
      }
    </QueryView>
  )
}
