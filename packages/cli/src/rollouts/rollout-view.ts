import type { Answer } from '@modelyard/client'
import { paintStatus, type Style } from '../output/style.ts'
import { harmless, renderFields, renderTable, type Column } from '../output/table.ts'
import { ago, duration, figure, took } from '../output/words.ts'

export type Rollout = Answer<'getRollout'>

/** The columns of lists. */
export function rolloutColumns(style: Style, now: number): Column<Rollout>[] {
  return [
    { heading: 'rollout', cell: (rollout) => rollout.id },
    { heading: 'deployment', cell: (rollout) => rollout.deployment },
    { heading: 'state', cell: (rollout) => paintStatus(style, rollout.state) },
    { heading: 'step', align: 'right', cell: (rollout) => `${weightOf(rollout)} %` },
    { heading: 'reason', cell: (rollout) => harmless(rollout.reason) },
    { heading: 'started', cell: (rollout) => ago(rollout.createdAt, now) },
  ]
}

export function renderRollout(rollout: Rollout, style: Style, now: number): string {
  const { policy } = rollout
  const before = Object.entries(rollout.stable).map(([name, percent]) => `${name}=${percent}`)
  const fields = renderFields(
    {
      rollout: style.bold(rollout.id),
      deployment: `${rollout.endpoint}/${rollout.deployment}`,
      state:
        paintStatus(style, rollout.state) + (rollout.reason === '' ? '' : style.dim(`  ${harmless(rollout.reason)}`)),
      before: before.join(' '),
      policy: `bake ${duration(policy.bakeMs)}, ${policy.minRequests} requests, ${policy.approval === 'manual' ? 'asks a person' : 'goes on by itself'}`,
      started: `${ago(rollout.createdAt, now)} by ${harmless(rollout.startedBy)}`,
    },
    style,
  )
  const steps = renderTable(
    rollout.steps,
    [
      { heading: 'step', align: 'right', cell: (step) => (step.weight === 0 ? 'shadow' : `${step.weight} %`) },
      { heading: 'state', cell: (step) => paintStatus(style, step.state) },
      { heading: 'for', align: 'right', cell: (step) => took(step.startedAt, step.endedAt, now) },
      { heading: 'found', cell: (step) => step.checks.map(checkWords).join(' · ') },
    ],
    style,
  )
  const hint = rollout.waitsForApproval
    ? `\nIt waits for you: modelyard rollout approve --endpoint ${rollout.endpoint}\n`
    : ''
  return `${fields}\n${steps}${hint}`
}

function checkWords(check: Rollout['steps'][number]['checks'][number]): string {
  const value = (amount: number | null): string =>
    amount === null
      ? '–'
      : check.unit === 'share'
        ? `${figure(Math.round(amount * 1e4) / 100)} %`
        : figure(Math.round(amount * 100) / 100)
  const unit = (amount: number | null): string => (check.unit === 'ms' && amount !== null ? ' ms' : '')
  const beside =
    check.stable === null || check.name === 'requests' || check.candidate === null
      ? ''
      : ` (before ${value(check.stable)}${unit(check.stable)})`
  const mark = check.verdict === 'pass' ? '' : check.verdict === 'fail' ? ' ✗' : ' ?'
  return `${check.name.replace('_', ' ')} ${value(check.candidate)}${unit(check.candidate)}${beside}${mark}`
}

function weightOf(rollout: Rollout): number {
  if (rollout.state === 'promoted') return 100
  return rollout.state === 'rolledBack' ? 0 : (rollout.steps[rollout.step]?.weight ?? 0)
}
