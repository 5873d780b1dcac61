import { defineCommand } from '../../command.ts'
import { prepareEnvironment } from '../../environments/environment-source.ts'
import { renderEnvironment } from '../../environments/environment-view.ts'

export default defineCommand({
  name: 'environment create',
  summary: 'A new version of an environment from its file, a conda file or a requirements file',
  examples: [
    'modelyard environment create -f environment.yml',
    'modelyard environment create training --conda-file conda.yml',
    'modelyard environment create scoring --pip requirements.txt',
  ],
  arguments: { name: { summary: 'its name, unless the file says it', optional: true } },
  options: {
    file: { flags: '-f, --file', summary: 'YAML file, or - for stdin', kind: 'text', value: 'FILE' },
    condaFile: { flags: '--conda-file', summary: 'conda file, instead of -f', kind: 'text', value: 'FILE' },
    pip: { flags: '--pip', summary: 'requirements file, instead of -f', kind: 'text', value: 'FILE' },
  },
  async run({ arguments: { name }, options }, session) {
    const { client, workspace, output, host } = session
    const body = await prepareEnvironment(session, { name, ...options })
    const version = await client.call('createEnvironment', { params: { ws: workspace }, body })
    output.document(
      version,
      () =>
        `${renderEnvironment(version, output.style, host.clock.now())}\nUse it in a file as environment: azureml:${version.name}@latest or azureml:${version.name}:${version.version}.\n`,
    )
  },
})
