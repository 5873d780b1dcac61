import { defineCommand } from '../../command.ts'
import { harmless } from '../../output/table.ts'

export default defineCommand({
  name: 'job why',
  summary: 'Why each step ran or was reused',
  arguments: { id: { summary: 'id of the job' } },
  options: { step: { flags: '--step', summary: 'only this step', kind: 'text', value: 'NAME' } },
  async run({ arguments: { id }, options }, { client, workspace, output }) {
    const steps = await client.call('explainJob', { params: { ws: workspace, id }, query: { step: options.step } })
    const { style } = output
    output.document(steps, () =>
      steps
        .map(({ step, reused, reason, changes }) => {
          const head = `${style.bold(harmless(step))}  ${reused ? style.cyan('reused') : style.blue('ran')}  ${harmless(reason)}\n`
          const lines = changes.map(
            ({ kind, name, before, after }) =>
              `  ${style.dim(kind)} ${harmless(name)}  ${style.red(value(before))} → ${style.green(value(after))}\n`,
          )
          return head + lines.join('')
        })
        .join(''),
    )
  },
})

const value = (text: string | null): string => (text === null ? 'nothing' : harmless(shorten(text).slice(0, 80)))

/** Of a digest the first digits tell as much to a reader. */
const shorten = (text: string): string => text.replaceAll(/\b([0-9a-f]{12})[0-9a-f]{52}\b/g, '$1…')
