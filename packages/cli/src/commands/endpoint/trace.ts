import { defineCommand } from '../../command.ts'
import { harmless } from '../../output/table.ts'

export default defineCommand({
  name: 'endpoint trace',
  summary: 'What one request printed and how it failed',
  examples: ['modelyard endpoint trace ridership req_01jd…'],
  arguments: { name: { summary: 'name of the endpoint' }, request: { summary: 'the answer’s x-request-id' } },
  async run({ arguments: { name, request } }, { client, workspace, output }) {
    const trace = await client.call('getRequestTrace', {
      params: { ws: workspace, endpoint: name, requestId: request },
    })
    output.document(trace, () => {
      const traceback = trace.exception?.traceback.trimEnd() ?? ''
      // The worker logs the traceback, too: once is enough.
      const printed = trace.lines.join('\n').replace(traceback, '')
      const clean = (text: string): string =>
        text
          .split('\n')
          .map((line) => harmless(line))
          .join('\n')
      const lines = printed.trim() === '' ? '' : `${clean(printed.trimEnd())}\n`
      const failure = clean(traceback)
      return `${output.style.dim(`${name}/${trace.deployment}`)}\n${lines}${failure === '' ? '' : `${output.style.red(failure)}\n`}`
    })
  },
})
