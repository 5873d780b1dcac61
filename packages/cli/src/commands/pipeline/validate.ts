import { readScalars } from '../../assignments.ts'
import { defineCommand } from '../../command.ts'
import { prepareSubmission } from '../../jobs/submission.ts'
import { harmless } from '../../output/table.ts'
import { count } from '../../output/words.ts'

export default defineCommand({
  name: 'pipeline validate',
  summary: 'Check a file as a submission would; starts nothing',
  examples: ['modelyard pipeline validate -f pipeline.yml'],
  options: {
    file: { flags: '-f, --file', summary: 'YAML file, or - for stdin', kind: 'text', value: 'FILE', required: true },
    set: { flags: '--set', summary: 'parameter of the file', kind: 'texts', value: 'NAME=VALUE' },
  },
  async run({ options }, session) {
    const { client, workspace, output } = session
    // With its folders on the server the commands' scripts are checked, too.
    const body = await prepareSubmission(session, options.file, readScalars(options.set))
    const plan = await client.call('planJob', { params: { ws: workspace }, body })
    output.document(plan, () => {
      const lines = plan.steps.map(({ name, needs }) => {
        const after = needs.length === 0 ? '' : output.style.dim(`  after ${harmless(needs.join(', '))}`)
        return `  ${harmless(name)}${after}\n`
      })
      return `${output.style.green('✓')} ${options.file} is valid: ${count(plan.steps.length, 'step')}\n${lines.join('')}`
    })
  },
})
