import { defineCommand } from '../command.ts'
import { collect } from '../lists.ts'
import { isServerRunning } from '../machine/running-server.ts'
import { gatewayAnswers } from '../machine/gateway.ts'
import { renderFields } from '../output/table.ts'
import { count } from '../output/words.ts'
import type { Session } from '../session.ts'

export default defineCommand({
  name: 'status',
  summary: 'Server, gateway, workspaces, and what runs now',
  async run(_input, session) {
    const { client, output, home, serverFile } = session
    const { style } = output
    const [{ version }, { principal }] = await Promise.all([client.call('getServerVersion'), client.call('getMe')])
    const workspaces = await collect(session, 'listWorkspaces', {})
    const running = await Promise.all(workspaces.map(({ name }) => activeJobs(session, name)))
    const isOwn = serverFile?.url === client.baseUrl
    const status = {
      server: { url: client.baseUrl, version, pid: isOwn && isServerRunning(home, serverFile) ? serverFile.pid : null },
      gateway: isOwn ? { url: serverFile.gatewayUrl, reachable: await gatewayAnswers(serverFile.gatewayUrl) } : null,
      principal,
      workspace: session.workspace,
      workspaces: workspaces.map(({ name }, index) => ({ name, activeJobs: running[index] ?? [] })),
    }
    output.document(status, () => {
      const jobs = status.workspaces.flatMap((workspace) =>
        workspace.activeJobs.map(
          (job) => `  ${style.cyan(job.id)}  ${job.status}  ${job.name}  ${style.dim(workspace.name)}\n`,
        ),
      )
      const gateway = status.gateway
      const fields = renderFields(
        {
          server: `${style.green('●')} ${status.server.url}  ${style.dim(`version ${version}${status.server.pid === null ? '' : `, process ${status.server.pid}`}`)}`,
          gateway:
            gateway === null
              ? undefined
              : `${gateway.reachable ? style.green('●') : style.red('●')} ${gateway.url}${gateway.reachable ? '' : '  does not answer'}`,
          'signed in as': principal,
          workspaces: workspaces.map(({ name }) => (name === session.workspace ? style.bold(name) : name)).join(', '),
          jobs: jobs.length === 0 ? 'none running' : count(jobs.length, 'active job'),
        },
        style,
      )
      return fields + jobs.join('')
    })
  },
})

async function activeJobs(
  session: Session,
  workspace: string,
): Promise<{ id: string; name: string; status: string }[]> {
  const lists = await Promise.all(
    (['running', 'queued'] as const).map((status) =>
      collect(session, 'listJobs', { params: { ws: workspace }, query: { status } }, 100),
    ),
  )
  return lists.flat().map(({ id, name, status }) => ({ id, name, status }))
}
