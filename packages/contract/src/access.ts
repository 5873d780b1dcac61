import { z } from 'zod'
import { page, PageQuery, Timestamp, WorkspaceParams } from './primitives.ts'
import { roles } from './permissions.ts'
import { defineRoutes } from './route.ts'

export const RoleName = z.enum(roles)
export const PrincipalName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._@-]{0,127}$/, 'use 1 to 128 of A-Z, a-z, 0-9, ., _, @ and -')
export const PrincipalKind = z.enum(['user', 'service'])

/** Somebody or something that can be granted a role. */
export const Principal = z
  .object({ name: z.string(), kind: PrincipalKind, displayName: z.string(), createdAt: Timestamp })
  .meta({ id: 'Principal' })
export const RoleAssignment = z
  .object({
    principal: z.string(),
    role: RoleName,
    scope: z.string().meta({ description: 'a workspace, or * for all' }),
    createdAt: Timestamp,
  })
  .meta({ id: 'RoleAssignment' })
export const Token = z
  .object({
    id: z.string(),
    principal: z.string(),
    description: z.string(),
    prefix: z.string(),
    createdAt: Timestamp,
    expiresAt: Timestamp.nullable(),
    lastUsedAt: Timestamp.nullable(),
  })
  .meta({ id: 'Token' })
export const NewToken = Token.extend({ token: z.string() }).meta({ id: 'NewToken' })
export const Me = z
  .object({
    principal: z.string(),
    displayName: z.string(),
    serverRoles: z.array(RoleName),
    workspaces: z.array(z.object({ name: z.string(), roles: z.array(RoleName), permissions: z.array(z.string()) })),
  })
  .meta({ id: 'Me' })
export const LoginLink = z.object({ loginUrl: z.string(), expiresAt: Timestamp }).meta({ id: 'LoginLink' })

const NameParams = z.object({ name: z.string().max(128) })
const AssignmentParams = WorkspaceParams.extend({ principal: z.string().max(128), role: RoleName })

export type Principal = z.infer<typeof Principal>
export type RoleAssignment = z.infer<typeof RoleAssignment>
export type Token = z.infer<typeof Token>
export type Me = z.infer<typeof Me>

export const accessRoutes = defineRoutes({
  getMe: {
    method: 'GET',
    path: '/api/v1/me',
    summary: 'Who am I and what may I do',
    access: 'authenticated',
    response: Me,
    errors: [],
  },
  createLoginLink: {
    method: 'POST',
    path: '/api/v1/login-links',
    summary: 'A sign-in link that works once',
    access: 'authenticated',
    body: z.object({ path: z.string().max(2000).optional() }).strict(),
    response: LoginLink,
    status: 201,
    errors: [],
  },
  logout: {
    method: 'POST',
    path: '/api/v1/logout',
    summary: 'End the browser session',
    access: 'authenticated',
    status: 204,
    errors: [],
  },
  listPrincipals: {
    method: 'GET',
    path: '/api/v1/principals',
    summary: 'All principals',
    access: 'principal.read',
    query: PageQuery,
    response: page(Principal),
    errors: ['cursor_invalid'],
  },
  createPrincipal: {
    method: 'POST',
    path: '/api/v1/principals',
    summary: 'Create a principal',
    access: 'principal.write',
    body: z
      .object({ name: PrincipalName, kind: PrincipalKind.default('user'), displayName: z.string().max(200).optional() })
      .strict(),
    response: Principal,
    status: 201,
    errors: ['already_exists'],
  },
  getPrincipal: {
    method: 'GET',
    path: '/api/v1/principals/:name',
    summary: 'One principal',
    access: 'principal.read',
    params: NameParams,
    response: Principal,
    errors: ['principal_not_found'],
  },
  deletePrincipal: {
    method: 'DELETE',
    path: '/api/v1/principals/:name',
    summary: 'Delete a principal with its tokens and roles',
    access: 'principal.write',
    params: NameParams,
    status: 204,
    errors: ['principal_not_found', 'last_owner'],
  },
  listTokens: {
    method: 'GET',
    path: '/api/v1/tokens',
    summary: 'My tokens; an Owner of the server sees all',
    access: 'authenticated',
    query: PageQuery,
    response: page(Token),
    errors: ['cursor_invalid'],
  },
  createToken: {
    method: 'POST',
    path: '/api/v1/tokens',
    summary: 'Create a token; its text is shown once',
    access: 'authenticated',
    body: z
      .object({
        principal: PrincipalName.optional(),
        description: z.string().max(200).default(''),
        expiresInDays: z.number().int().min(1).max(3650).nullable().default(90),
      })
      .strict(),
    response: NewToken,
    status: 201,
    errors: ['principal_not_found', 'not_allowed'],
  },
  getToken: {
    method: 'GET',
    path: '/api/v1/tokens/:id',
    summary: 'One token, without its text',
    access: 'authenticated',
    params: z.object({ id: z.string().max(100) }),
    response: Token,
    errors: ['token_not_found'],
  },
  deleteToken: {
    method: 'DELETE',
    path: '/api/v1/tokens/:id',
    summary: 'Revoke a token',
    access: 'authenticated',
    params: z.object({ id: z.string().max(100) }),
    status: 204,
    errors: ['token_not_found'],
  },
  listRoleAssignments: {
    method: 'GET',
    path: '/api/v1/workspaces/:ws/role-assignments',
    summary: 'Who may do what in this workspace',
    access: 'role.read',
    params: WorkspaceParams,
    response: page(RoleAssignment),
    errors: ['workspace_not_found'],
  },
  assignRole: {
    method: 'PUT',
    path: '/api/v1/workspaces/:ws/role-assignments/:principal/:role',
    summary: 'Assign a role; holds from the next request on',
    access: 'role.assign',
    params: AssignmentParams,
    response: RoleAssignment,
    errors: ['principal_not_found', 'workspace_not_found'],
  },
  revokeRole: {
    method: 'DELETE',
    path: '/api/v1/workspaces/:ws/role-assignments/:principal/:role',
    summary: 'Revoke a role',
    access: 'role.assign',
    params: AssignmentParams,
    status: 204,
    errors: ['role_assignment_not_found', 'last_owner'],
  },
})
