import { ApiError, type Problem } from '@modelyard/client'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { defineCommand } from '../../command.ts'
import { invoke } from '../../endpoints/invocation.ts'
import { exitCodeOfStatus, exitCodes } from '../../exit-codes.ts'
import { readStdin } from '../../files/source-file.ts'
import { harmless } from '../../output/table.ts'

export default defineCommand({
  name: 'endpoint invoke',
  summary: 'Ask for predictions; prints the answer',
  examples: [
    'modelyard endpoint invoke ridership --file rows.json',
    'echo \'{"data": [[1, 2]]}\' | modelyard endpoint invoke ridership --file -',
  ],
  arguments: { name: { summary: 'name of the endpoint' } },
  options: {
    file: { flags: '-f, --file', summary: 'body to send, or - for stdin', kind: 'text', value: 'F', required: true },
    deployment: {
      flags: '--deployment',
      summary: 'this deployment, whatever the traffic',
      kind: 'text',
      value: 'NAME',
    },
    contentType: { flags: '--content-type', summary: 'of the body (application/json)', kind: 'text', value: 'TYPE' },
  },
  async run({ arguments: { name }, options }, session) {
    const { output } = session
    const body =
      options.file === '-' ? await readStdin(session) : await readFile(resolve(session.host.folder, options.file))
    const endpoint = await session.client.call('getEndpoint', { params: { ws: session.workspace, endpoint: name } })
    const result = await invoke(session, endpoint, Buffer.from(body), {
      contentType: options.contentType ?? 'application/json',
      deployment: options.deployment,
    })
    const answered = result.status < 400
    if (answered || output.json)
      output.document(result, () => (result.body.endsWith('\n') ? result.body : `${result.body}\n`))
    if (answered) return exitCodes.done
    const problem = readProblem(result.body)
    if (problem !== undefined && !output.json) throw new ApiError(result.status, problem)
    output.note(
      `${output.errorStyle.red('error')} The endpoint ${name} answered ${result.status}: ${harmless(result.body)}`,
    )
    output.note(`  request ${result.requestId}; see modelyard deployment logs ${name}/DEPLOYMENT`)
    return exitCodeOfStatus(result.status)
  },
})

/** The gateway refuses as the server does; a scoring script may answer anything. */
function readProblem(text: string): Problem | undefined {
  try {
    const value: unknown = JSON.parse(text)
    const isProblem =
      typeof value === 'object' && value !== null && 'code' in value && 'detail' in value && 'remedy' in value
    return isProblem ? (value as Problem) : undefined
  } catch {
    return undefined
  }
}
