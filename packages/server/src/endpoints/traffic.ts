import { ModelyardError } from '@modelyard/contract'

export type Traffic = Readonly<Record<string, number>>

/** Refuses weights that are no split: whole percentages of deployments that exist, summing to 0 or 100. */
export function checkTraffic(traffic: Traffic, deployments: readonly string[], endpoint: string): void {
  for (const [name, weight] of Object.entries(traffic)) checkShare(name, weight, deployments, endpoint)
  const sum = Object.values(traffic).reduce((total, weight) => total + weight, 0)
  if (sum !== 0 && sum !== 100)
    throw new ModelyardError('traffic_invalid', `The weights sum to ${sum}; they must sum to 0 or 100.`)
}

function checkShare(name: string, percent: number, deployments: readonly string[], endpoint: string): void {
  if (!Number.isInteger(percent) || percent < 0 || percent > 100)
    throw new ModelyardError(
      'traffic_invalid',
      `The weight of '${name}' is ${percent}; it must be a whole percentage from 0 to 100.`,
    )
  if (!deployments.includes(name))
    throw new ModelyardError(
      'deployment_not_found',
      `The endpoint '${endpoint}' has no deployment '${name}'; it has ${deployments.join(', ') || 'none'}.`,
    )
}

/** Refuses copies that cannot be: whole percentages of deployments that exist. */
export function checkMirror(mirror: Traffic, deployments: readonly string[], endpoint: string): void {
  for (const [name, percent] of Object.entries(mirror)) checkShare(name, percent, deployments, endpoint)
}

/** A stored split. */
export function readTraffic(stored: string): Record<string, number> {
  return JSON.parse(stored) as Record<string, number>
}

/** The split once a deployment has come: the first one gets everything, unless the files say otherwise. */
export function trafficWith(
  traffic: Traffic,
  existing: readonly string[],
  added: string,
  said: number | undefined,
): Traffic {
  if (said !== undefined) {
    const sum =
      Object.entries(traffic).reduce((total, [name, weight]) => total + (name === added ? 0 : weight), 0) + said
    if (sum !== 0 && sum !== 100)
      throw new ModelyardError(
        'traffic_invalid',
        `With ${said} for '${added}' the weights sum to ${sum}; they must sum to 0 or 100.`,
      )
    return { ...traffic, [added]: said }
  }
  if (existing.length === 0 && !Object.values(traffic).some((weight) => weight > 0)) return { [added]: 100 }
  return { [added]: 0, ...traffic }
}
