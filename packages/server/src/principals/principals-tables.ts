import type { Migration } from '../platform/index.ts'

export interface PrincipalTable {
  name: string
  kind: 'user' | 'service'
  display_name: string
  created_at: number
}

/** `scope` is a workspace's name, or `*` for the whole server. */
export interface RoleAssignmentTable {
  principal: string
  role: string
  scope: string
  created_at: number
}

/** Only the SHA-256 of a token is kept. `run_id` or `node_id` is set for the tokens of jobs and nodes. */
export interface TokenTable {
  id: string
  hash: string
  prefix: string
  principal: string
  description: string
  created_at: number
  expires_at: number | null
  last_used_at: number | null
  workspace: string | null
  run_id: string | null
  node_id: string | null
}

export interface SessionTable {
  hash: string
  principal: string
  created_at: number
  expires_at: number
}

export interface LoginLinkTable {
  hash: string
  principal: string
  path: string
  expires_at: number
}

declare module '../platform/database/tables.ts' {
  interface Tables {
    principal: PrincipalTable
    role_assignment: RoleAssignmentTable
    token: TokenTable
    session: SessionTable
    login_link: LoginLinkTable
  }
}

export const principalMigrations: readonly Migration[] = [
  {
    name: 'principals/0001-initial',
    async up(transaction) {
      const { schema } = transaction
      await schema
        .createTable('principal')
        .addColumn('name', 'text', (column) => column.primaryKey())
        .addColumn('kind', 'text', (column) => column.notNull())
        .addColumn('display_name', 'text', (column) => column.notNull())
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .execute()
      await schema
        .createTable('role_assignment')
        .addColumn('principal', 'text', (column) => column.notNull())
        .addColumn('role', 'text', (column) => column.notNull())
        .addColumn('scope', 'text', (column) => column.notNull())
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .addPrimaryKeyConstraint('role_assignment_key', ['principal', 'role', 'scope'])
        .execute()
      await schema
        .createTable('token')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('hash', 'text', (column) => column.notNull().unique())
        .addColumn('prefix', 'text', (column) => column.notNull())
        .addColumn('principal', 'text', (column) => column.notNull())
        .addColumn('description', 'text', (column) => column.notNull())
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .addColumn('expires_at', 'bigint')
        .addColumn('last_used_at', 'bigint')
        .addColumn('workspace', 'text')
        .addColumn('run_id', 'text')
        .addColumn('node_id', 'text')
        .execute()
      await schema.createIndex('token_run').on('token').column('run_id').execute()
      await schema.createIndex('token_node').on('token').column('node_id').execute()
      for (const table of ['session', 'login_link'] as const) {
        const create = schema
          .createTable(table)
          .addColumn('hash', 'text', (column) => column.primaryKey())
          .addColumn('principal', 'text', (column) => column.notNull())
          .addColumn('expires_at', 'bigint', (column) => column.notNull())
        await (
          table === 'session'
            ? create.addColumn('created_at', 'bigint', (column) => column.notNull())
            : create.addColumn('path', 'text', (column) => column.notNull())
        ).execute()
      }
    },
  },
]
