import { ModelyardError } from '@modelyard/contract'

export type Traffic = Readonly<Record<string, number>>

/** Refuses weights that are no split: whole percentages of deployments that exist, summing to 0 or 100. */
export function checkTraffic(traffic: Traffic, deployments: readonly string[], endpoint: string): void {
  for (const [name, weight] of Object.entries(traffic)) {
    if (!Number.isInteger(weight) || weight < 0 || weight > 100)
      throw new ModelyardError(
        'traffic_invalid',
        `The weight of '${name}' is ${weight}; it must be a whole percentage from 0 to 100.`,
      )
    if (!deployments.includes(name))
      throw new ModelyardError(
        'deployment_not_found',
        `The endpoint '${endpoint}' has no deployment '${name}'; it has ${deployments.join(', ') || 'none'}.`,
      )
  }
  const sum = Object.values(traffic).reduce((total, weight) => total + weight, 0)
  if (sum !== 0 && sum !== 100)
    throw new ModelyardError('traffic_invalid', `The weights sum to ${sum}; they must sum to 0 or 100.`)
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
