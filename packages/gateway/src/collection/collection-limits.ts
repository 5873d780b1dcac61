import type { Clock } from '@modelyard/platform'

/** Bounds of what waits in memory and on its way to the disk. */
export interface CollectionLimits {
  readonly gatewayBytes: number
  readonly deploymentBytes: number
  readonly bodyBytes: number
  readonly segmentBytes: number
  readonly segmentMs: number
  readonly syncMs: number
  /** After the disk refused, so long nothing is tried. */
  readonly retryMs: number
}

export const defaultLimits: CollectionLimits = {
  gatewayBytes: 64 * 2 ** 20,
  deploymentBytes: 16 * 2 ** 20,
  bodyBytes: 4 * 2 ** 20,
  segmentBytes: 64 * 2 ** 20,
  segmentMs: 5000,
  syncMs: 1000,
  retryMs: 1000,
}

/** What all deployments of a gateway have in common. */
export interface CollectionContext {
  readonly clock: Clock
  readonly limits: CollectionLimits
  /** Bytes of predictions in memory, of all deployments together. */
  heldBytes: number
  nextSegment(): string
}
