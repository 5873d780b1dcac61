/** What a route asks for. `noun.verb`; a role holds a set of them, in one workspace or (scope `*`) on the whole server. */
export const permissions = [
  'workspace.read',
  'workspace.create',
  'workspace.write',
  'workspace.delete',
  'role.read',
  'role.assign',
  'principal.read',
  'principal.write',
  'token.write',
  'activity.read',
  'server.read',
  'blob.read',
  'blob.write',
  'data.read',
  'data.write',
  'compute.read',
  'compute.write',
  'node.work',
  'experiment.read',
  'experiment.write',
  'run.read',
  'run.write',
  'job.read',
  'job.submit',
  'job.cancel',
  'pipeline.read',
  'pipeline.write',
  'pipeline.run',
  'model.read',
  'model.register',
  'model.write',
  'model.alias',
  'endpoint.read',
  'endpoint.write',
  'endpoint.keys',
  'endpoint.invoke',
] as const

export type Permission = (typeof permissions)[number]

export const roles = ['Owner', 'Contributor', 'DataScientist', 'Operator', 'Reader', 'Runner'] as const
export type Role = (typeof roles)[number]

const reading: readonly Permission[] = [
  'workspace.read',
  'role.read',
  'activity.read',
  'server.read',
  'blob.read',
  'data.read',
  'compute.read',
  'experiment.read',
  'run.read',
  'job.read',
  'pipeline.read',
  'model.read',
  'endpoint.read',
]
const running: readonly Permission[] = [
  'workspace.read',
  'blob.read',
  'blob.write',
  'data.read',
  'data.write',
  'experiment.read',
  'experiment.write',
  'run.read',
  'run.write',
  'job.read',
  'model.read',
  'model.register',
]
const operating: readonly Permission[] = [
  ...reading,
  'blob.write',
  'compute.write',
  'job.cancel',
  'pipeline.run',
  'model.alias',
  'endpoint.write',
  'endpoint.keys',
  'endpoint.invoke',
]
const science: readonly Permission[] = [
  ...reading,
  ...running,
  'job.submit',
  'job.cancel',
  'pipeline.write',
  'pipeline.run',
  'model.write',
  'model.alias',
  'endpoint.write',
  'endpoint.keys',
  'endpoint.invoke',
]
const contributing: readonly Permission[] = [...science, 'compute.write', 'workspace.write', 'workspace.create']

/** Which permissions each role holds. `Runner` is what a job's own token has: it records, it decides nothing. `node.work` belongs to no role: only a node's token has it. */
export const rolePermissions: Readonly<Record<Role, ReadonlySet<Permission>>> = {
  Owner: new Set(permissions.filter((permission) => permission !== 'node.work')),
  Contributor: new Set(contributing),
  DataScientist: new Set(science),
  Operator: new Set(operating),
  Reader: new Set(reading),
  Runner: new Set(running),
}

/** What a route may ask for besides a permission: nothing (`public`) or any valid sign-in (`authenticated`). */
export type Access = Permission | 'public' | 'authenticated'
