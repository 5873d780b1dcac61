export { may, requirePermission, seesWorkspace, type Access } from './access.ts'
export { createApp, mountHandlers, sendError, type Authenticate } from './app.ts'
export type { AnyHandlers, Call, Handler, Handlers, StreamedBody } from './handlers.ts'
export { toCatalogued, toProblem } from './problem.ts'
