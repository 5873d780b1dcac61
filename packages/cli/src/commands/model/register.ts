import { resolve } from 'node:path'
import { readTexts } from '../../assignments.ts'
import { defineCommand } from '../../command.ts'
import { usageFailure } from '../../failure.ts'
import { upload } from '../../files/upload.ts'
import { renderModelVersion } from '../../model-view.ts'

export default defineCommand({
  name: 'model register',
  summary: 'Register files as the next version of a model',
  examples: ['modelyard model register ridership --path ./model'],
  arguments: { name: { summary: 'name of the model' } },
  options: {
    path: {
      flags: '--path',
      summary: 'file or folder; MLflow models and ONNX files are recognised',
      kind: 'text',
      value: 'P',
      required: true,
    },
    runId: { flags: '--run-id', summary: 'run that made it', kind: 'text', value: 'ID' },
    description: { flags: '--description', summary: 'what it predicts', kind: 'text' },
    tag: { flags: '--tag', summary: 'tag of the version', kind: 'texts', value: 'NAME=VALUE' },
    metric: { flags: '--metric', summary: 'value to compare later versions with', kind: 'texts', value: 'NAME=NUMBER' },
  },
  async run({ arguments: { name }, options }, session) {
    const { output, host } = session
    const tree = await upload(session, resolve(host.folder, options.path), options.path)
    const version = await session.client.call('registerModelVersion', {
      params: { ws: session.workspace },
      body: {
        name,
        tree,
        tags: Object.fromEntries(readTexts(options.tag, '--tag')),
        metrics: Object.fromEntries(
          readTexts(options.metric, '--metric').map(([metric, text]) => [metric, toNumber(metric, text)]),
        ),
        ...(options.runId === undefined ? {} : { runId: options.runId }),
        ...(options.description === undefined ? {} : { description: options.description }),
      },
    })
    output.document(version, () => renderModelVersion(version, output.style, host.clock.now()))
  },
})

function toNumber(metric: string, text: string): number {
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value))
    throw usageFailure(`--metric ${metric}=${text} is not a number.`, 'Write it like --metric mae=812.5.')
  return value
}
