import { defineCommand } from '../../command.ts'
import { harmless, renderFields } from '../../output/table.ts'
import { ago } from '../../output/words.ts'

export default defineCommand({
  name: 'experiment show',
  summary: 'One experiment, by name or id',
  arguments: { name: { summary: 'name or id of the experiment' } },
  async run({ arguments: { name } }, { client, workspace, output, host }) {
    const experiment = await client.call('getExperiment', { params: { ws: workspace, name } })
    const now = host.clock.now()
    output.document(experiment, () =>
      renderFields(
        {
          experiment: output.style.bold(harmless(experiment.name)),
          id: experiment.id,
          runs: String(experiment.runCount),
          'last run': ago(experiment.lastRunAt, now),
          created: ago(experiment.createdAt, now),
          list: `modelyard run list --experiment '${harmless(experiment.name)}'`,
        },
        output.style,
      ),
    )
  },
})
