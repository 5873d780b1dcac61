import { usageFailure } from '../failure.ts'

/** The option of every deployment command. */
export const endpointOption = {
  endpoint: {
    flags: '--endpoint',
    summary: 'endpoint of the deployment (or write ENDPOINT/NAME)',
    kind: 'text',
    value: 'E',
  },
} as const

/** `NAME` with `--endpoint E`, or `E/NAME`. */
export function readDeploymentName(
  text: string,
  endpoint: string | undefined,
): { endpoint: string; deployment: string } {
  const slash = text.indexOf('/')
  const named = slash < 0 ? endpoint : text.slice(0, slash)
  if (named === undefined || named === '')
    throw usageFailure(`${text} does not say of which endpoint.`, `Write ENDPOINT/${text}, or add --endpoint ENDPOINT.`)
  if (slash >= 0 && endpoint !== undefined && endpoint !== named)
    throw usageFailure(
      `${text} is not a deployment of ${endpoint}.`,
      'Leave --endpoint out, or name the same endpoint.',
    )
  const deployment = text.slice(slash + 1)
  if (deployment === '') throw usageFailure(`${text} names no deployment.`, 'Write ENDPOINT/NAME.')
  return { endpoint: named, deployment }
}
