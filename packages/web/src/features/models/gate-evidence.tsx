import type { Answer } from '@modelyard/client'
import { IntervalRow } from '../../components/interval-row.tsx'
import { exactText, numberText, signedText } from '../../components/format.ts'
import { State } from '../../components/state.tsx'
import { Scatter } from './scatter.tsx'

export type Evidence = NonNullable<Answer<'getModelVersion'>['evidence']>

const words: Readonly<Record<Evidence['decision'], string>> = {
  passed: 'Passed',
  refused: 'Refused',
  insufficient: 'Too little to say',
  first: 'First version',
}
export const decisionWord = (evidence: Evidence): string => words[evidence.decision]

/** Champion against challenger on the same rows: the numbers, the interval, the rows themselves, and the rule's decision. */
export function GateEvidence({ evidence }: { readonly evidence: Evidence }) {
  const { champion, challenger, difference, interval, metric } = evidence
  const good = difference !== null && (evidence.goal === 'minimize' ? difference < 0 : difference > 0)
  const pairs = evidence.sample.map((row) => ({
    x: Math.abs(row.champion - row.label),
    y: Math.abs(row.challenger - row.label),
  }))
  return (
    <div className="gebox">
      <div className="cols ge" style={pairs.length === 0 ? { gridTemplateColumns: 'minmax(0, 1fr)' } : undefined}>
        {pairs.length === 0 ? null : (
          <Scatter pairs={pairs} xTitle="Error of the champion" yTitle="error of the challenger" />
        )}
        <div>
          <p className="row" style={{ marginTop: 10 }}>
            <State status={evidence.decision} word={decisionWord(evidence)} />
            <span className="sub wrapc">{evidence.reason}</span>
          </p>
          <div className="scroll" tabIndex={0} role="group" aria-label="Numbers of the gate">
            <table className="ft">
              <thead>
                <tr>
                  <th>On the same rows</th>
                  <th className="r">Version</th>
                  <th className="r">{metric}</th>
                </tr>
              </thead>
              <tbody>
                <tr>
                  <td>Champion</td>
                  <td className="r">{champion === null ? 'none to beat' : champion.version}</td>
                  <td className="r">{champion?.value == null ? '–' : numberText(champion.value)}</td>
                </tr>
                <tr>
                  <td>Challenger</td>
                  <td className="r">{challenger.version ?? 'not registered'}</td>
                  <td className="r m">{numberText(challenger.value)}</td>
                </tr>
                {difference === null ? null : (
                  <tr className="all">
                    <td>Difference</td>
                    <td className="r sub">challenger − champion</td>
                    <td className="r">{signedText(difference)}</td>
                  </tr>
                )}
              </tbody>
            </table>
          </div>
          {difference === null || interval === null ? null : (
            <IntervalRow
              value={difference}
              interval={interval}
              good={good}
              label={`Difference ${signedText(difference)}, 95 % interval ${signedText(interval[0])} to ${signedText(interval[1])}`}
            />
          )}
          <dl className="kv" style={{ marginTop: 10 }}>
            <dt>95 % interval</dt>
            <dd>
              {interval === null
                ? 'none: nothing to compare with'
                : `${signedText(interval[0])} to ${signedText(interval[1])}`}
            </dd>
            <dt>Rows</dt>
            <dd>
              {evidence.rows ?? 'not counted'} (at least {evidence.minRows})
            </dd>
            <dt>Rule</dt>
            <dd>
              {evidence.goal} {metric} by more than {numberText(evidence.minImprovement)}
            </dd>
            <dt>Method</dt>
            <dd>{evidence.method}</dd>
            {evidence.pValue === null ? null : (
              <>
                <dt>p</dt>
                <dd>{numberText(evidence.pValue)}</dd>
              </>
            )}
            <dt>Decided</dt>
            <dd>{exactText(evidence.decidedAt)}</dd>
          </dl>
        </div>
      </div>
    </div>
  )
}
