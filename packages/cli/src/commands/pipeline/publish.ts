import { readScalars } from '../../assignments.ts'
import { defineCommand } from '../../command.ts'
import { usageFailure } from '../../failure.ts'
import { prepareSubmission } from '../../jobs/submission.ts'
import { renderPipeline } from '../../pipeline-view.ts'

export default defineCommand({
  name: 'pipeline publish',
  summary: 'Publish a file or a job’s file under a name',
  examples: [
    'modelyard pipeline publish -f pipeline.yml --name ridership',
    'modelyard pipeline publish --job job_01jd… --name ridership',
  ],
  options: {
    name: {
      flags: '--name',
      summary: 'name of the pipeline; again: the next version',
      kind: 'text',
      value: 'N',
      required: true,
    },
    file: { flags: '-f, --file', summary: 'YAML file', kind: 'text', value: 'FILE' },
    job: { flags: '--job', summary: 'or the file of this job', kind: 'text', value: 'ID' },
    set: { flags: '--set', summary: 'default of a parameter', kind: 'texts', value: 'NAME=VALUE' },
    description: { flags: '--description', summary: 'what it does', kind: 'text' },
  },
  async run({ options }, session) {
    if ((options.file === undefined) === (options.job === undefined))
      throw usageFailure('`modelyard pipeline publish` needs either -f FILE or --job ID.', 'Name one of them.')
    const { output, host } = session
    const pipeline = await session.client.call('publishPipeline', {
      params: { ws: session.workspace },
      body: {
        name: options.name,
        ...(options.description === undefined ? {} : { description: options.description }),
        ...(options.job === undefined ? {} : { jobId: options.job }),
        ...(options.file === undefined
          ? {}
          : { submission: await prepareSubmission(session, options.file, readScalars(options.set)) }),
      },
    })
    output.document(pipeline, () => renderPipeline(pipeline, output.style, host.clock.now()))
  },
})
