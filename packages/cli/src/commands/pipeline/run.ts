import { readScalars } from '../../assignments.ts'
import { defineCommand } from '../../command.ts'
import { finishSubmission, startingOptions } from '../../jobs/finishing.ts'

export default defineCommand({
  name: 'pipeline run',
  summary: 'Start a published pipeline',
  examples: ['modelyard pipeline run ridership --set trees=80 --wait'],
  arguments: { name: { summary: 'name of the pipeline' } },
  options: {
    ...startingOptions,
    version: { flags: '--version', summary: 'an older version', kind: 'number' },
    experiment: { flags: '--experiment', summary: 'experiment of the runs', kind: 'text', value: 'NAME' },
  },
  async run({ arguments: { name }, options }, session) {
    const job = await session.client.call('runPipeline', {
      params: { ws: session.workspace, name },
      body: {
        set: readScalars(options.set),
        force: options.force,
        ...(options.version === undefined ? {} : { version: options.version }),
        ...(options.experiment === undefined ? {} : { experiment: options.experiment }),
      },
    })
    return finishSubmission(session, job, options)
  },
})
