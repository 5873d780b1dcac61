export * from './collections.ts'
export type { DeploymentCollection } from './deployment-collection.ts'
export { fractionOf } from './request-sample.ts'
export type { WorkerCounter } from './worker-counters.ts'
