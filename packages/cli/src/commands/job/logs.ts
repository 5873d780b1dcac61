import { defineCommand } from '../../command.ts'
import { followLogs, readLogs, type LogChunk } from '../../jobs/logs.ts'
import { createLogPrinter } from '../../jobs/log-printer.ts'

export default defineCommand({
  name: 'job logs',
  summary: 'What the steps wrote',
  examples: ['modelyard job logs job_01jd… --follow', 'modelyard job logs job_01jd… --step train'],
  arguments: { id: { summary: 'id of the job' } },
  options: {
    step: { flags: '--step', summary: 'only this step', kind: 'text', value: 'NAME' },
    follow: {
      flags: '--follow',
      summary: 'go on until the job has ended (with --json: one chunk per line)',
      kind: 'flag',
    },
  },
  async run({ arguments: { id }, options }, session) {
    const { output } = session
    const print = createLogPrinter(output.style, options.step === undefined)
    if (!options.follow) {
      const chunks = await readLogs(session, id, options.step)
      output.document({ chunks }, () => (chunks.length === 0 ? 'Nothing was written yet.\n' : printed(chunks, print)))
      return
    }
    for await (const chunk of followLogs(session, id, options.step)) output.line(chunk, () => print.add(chunk))
    if (!output.json) session.host.stdout.write(print.end())
  },
})

function printed(chunks: readonly LogChunk[], print: ReturnType<typeof createLogPrinter>): string {
  return chunks.map((chunk) => print.add(chunk)).join('') + print.end()
}
