import { createHash } from 'node:crypto'
import { rolePermissions, roles } from '@modelyard/contract'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { sendError } from '../http/index.ts'
import type { Platform } from '../platform/index.ts'
import { createAuthentication } from './authentication.ts'
import { listTokenHashes } from './principals-store.ts'
import { principalHandlers } from './principals-routes.ts'
import { createPrincipalsService } from './principals-service.ts'
import { isTokenShaped } from './token.ts'

export { principalMigrations } from './principals-tables.ts'

const LoginQuery = z.object({ token: z.string().max(100).optional(), next: z.string().max(2000).optional() })

/** Who may do what: principals, tokens, sessions, role assignments. */
export function createPrincipals(platform: Platform, deps: { listWorkspaceNames: () => Promise<string[]> }) {
  // Named per home, so that two installations on one machine do not sign each other out.
  const cookieName = `modelyard_${createHash('sha256').update(platform.configuration.home).digest('hex').slice(0, 10)}`
  const authentication = createAuthentication(platform, cookieName)
  const service = createPrincipalsService(platform, authentication)
  return {
    ...service,
    authenticate: authentication.authenticate,
    handlers: principalHandlers(platform, service, cookieName, deps.listWorkspaceNames),
    mount(app: FastifyInstance) {
      app.get('/login', async (request, reply) => {
        const query = LoginQuery.safeParse(request.query)
        // Without a token this is the page's own sign-in view.
        if (!query.success || query.data.token === undefined) return reply.callNotFound()
        try {
          if (!isTokenShaped(query.data.token)) return await reply.redirect('/login?problem=login_link_invalid')
          const { session, path, maxAgeSeconds } = await service.logIn(query.data.token)
          const secure = platform.serverUrl().startsWith('https:') ? '; Secure' : ''
          reply.header(
            'set-cookie',
            `${cookieName}=${session}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${maxAgeSeconds}${secure}`,
          )
          return await reply.header('cache-control', 'no-store').redirect(path)
        } catch (error) {
          return request.headers.accept?.includes('text/html') === true
            ? reply.redirect('/login?problem=login_link_invalid')
            : sendError(platform, error, request, reply)
        }
      })
    },
    /** SHA-256 of the tokens whose owners may send predictions in a workspace. */
    invokerHashes: (workspace: string) =>
      listTokenHashes(
        platform.store.read,
        workspace,
        roles.filter((role) => rolePermissions[role].has('endpoint.invoke')),
        platform.clock.now(),
      ),
    stop: async () => authentication.stop(),
  }
}

export type Principals = ReturnType<typeof createPrincipals>
