import { defineCommand } from '../../command.ts'
import { renderJob } from '../../jobs/job-view.ts'

export default defineCommand({
  name: 'job show',
  summary: 'One job with its steps',
  arguments: { id: { summary: 'id of the job' } },
  async run({ arguments: { id } }, { client, workspace, output, host }) {
    const job = await client.call('getJob', { params: { ws: workspace, id } })
    output.document(job, () => renderJob(job, output.style, host.clock.now()))
  },
})
