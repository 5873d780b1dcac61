import { readScalars } from '../../assignments.ts'
import { defineCommand } from '../../command.ts'
import { finishSubmission, startingOptions } from '../../jobs/finishing.ts'
import { prepareSubmission } from '../../jobs/submission.ts'

export default defineCommand({
  name: 'job create',
  summary: 'Submit a file; its folders are uploaded first',
  examples: [
    'modelyard job create -f pipeline.yml --wait',
    'modelyard job create -f pipeline.yml --set depth=3 --json',
  ],
  options: {
    file: { flags: '-f, --file', summary: 'YAML file, or - for stdin', kind: 'text', value: 'FILE', required: true },
    ...startingOptions,
    experiment: { flags: '--experiment', summary: 'experiment of the runs', kind: 'text', value: 'NAME' },
    name: { flags: '--name', summary: 'name to show', kind: 'text', value: 'NAME' },
  },
  async run({ options }, session) {
    const submission = await prepareSubmission(session, options.file, readScalars(options.set))
    const job = await session.client.call('createJob', {
      params: { ws: session.workspace },
      body: {
        ...submission,
        force: options.force,
        ...(options.experiment === undefined ? {} : { experiment: options.experiment }),
        ...(options.name === undefined ? {} : { displayName: options.name }),
      },
    })
    return finishSubmission(session, job, options)
  },
})
