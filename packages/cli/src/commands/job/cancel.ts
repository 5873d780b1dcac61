import { defineCommand } from '../../command.ts'

export default defineCommand({
  name: 'job cancel',
  summary: 'Ask a job to end',
  arguments: { id: { summary: 'id of the job' } },
  async run({ arguments: { id } }, { client, workspace, output }) {
    const job = await client.call('cancelJob', { params: { ws: workspace, id } })
    output.document(job, () =>
      job.status === 'canceled' ? `Job ${job.id} is canceled.\n` : `Job ${job.id} is being canceled.\n`,
    )
  },
})
