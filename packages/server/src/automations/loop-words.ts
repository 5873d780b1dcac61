import type { GateEvidence, Rollout, RolloutCheck } from '@modelyard/contract'

const figure = (value: number): string => String(Number(value.toPrecision(4)))

/** What a gate found, in one sentence. */
export function gateWords(gate: GateEvidence): string {
  const challenger = `${gate.metric} ${figure(gate.challenger.value)}`
  const rows = gate.rows === null ? '' : ` on ${gate.rows} rows`
  if (gate.champion === null || gate.champion.value === null)
    return gate.decision === 'first'
      ? `The first version: ${challenger}${rows}, and no champion to compare with.`
      : `The challenger has ${challenger}${rows}.`
  const against = `${challenger} against ${figure(gate.champion.value)} of version ${gate.champion.version}${rows}`
  switch (gate.decision) {
    case 'passed':
    case 'first':
      return `The challenger is better: ${against}.`
    case 'refused':
      return `The challenger is not shown to be better: ${against}.`
    case 'insufficient':
      return `Too little to judge on: ${against}.`
    default:
      return gate.decision satisfies never
  }
}

/** What {@link gateWords} leaves out: how sure it is, or why it is not enough. */
export function gateDetail({ decision, difference, interval, reason }: GateEvidence): string {
  if (decision !== 'passed' || difference === null || interval === null) return reason
  return `The difference is ${figure(difference)}, 95 % interval ${figure(interval[0])} to ${figure(interval[1])}.`
}

/** Where a rollout is. */
export function rolloutWords(rollout: Rollout): { title: string; detail: string } {
  const step = rollout.steps[rollout.step]
  const place =
    step === undefined ? '' : `${step.weight} % of the traffic (step ${rollout.step + 1} of ${rollout.steps.length})`
  const failing = (step?.checks ?? []).filter((check) => check.verdict !== 'pass').map(checkWords)
  switch (rollout.state) {
    case 'running':
      return rollout.waitsForApproval
        ? { title: `Waits for somebody to approve ${nextOf(rollout)}, after ${place}`, detail: rollout.reason }
        : { title: `${rollout.deployment} gets ${place}`, detail: failing.join('; ') }
    case 'paused':
      return { title: `Paused at ${place}`, detail: rollout.reason === '' ? failing.join('; ') : rollout.reason }
    case 'promoted':
      return { title: `${rollout.deployment} has all traffic`, detail: rollout.reason }
    case 'rolledBack':
      return { title: `Rolled back at ${place}`, detail: rollout.reason }
    default:
      return rollout.state satisfies never
  }
}

/** What an approval lets happen. */
function nextOf({ steps, step }: Rollout): string {
  const next = steps[step + 1]
  return next === undefined ? 'it as the champion' : `${next.weight} %`
}

const checkWords = (check: RolloutCheck): string =>
  check.reason === '' ? `${check.name}: ${check.verdict}` : check.reason

/** What of a rollout is worth a line in the story: its counts change with every look, its verdicts do not. */
export function rolloutMark(rollout: Rollout): string {
  return JSON.stringify([
    rollout.state,
    rollout.step,
    rollout.waitsForApproval,
    rollout.reason,
    rollout.steps.map((step) => [step.state, step.checks.map((check) => [check.name, check.verdict])]),
  ])
}
