import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { defineCommand } from '../../command.ts'
import { usageFailure } from '../../failure.ts'
import { upload } from '../../files/upload.ts'
import { bytes, count } from '../../output/words.ts'

export default defineCommand({
  name: 'data create',
  summary: 'A new version of a data asset from a file or folder',
  examples: ['modelyard data create ridership-days --path days.csv'],
  arguments: { name: { summary: 'name of the data asset' } },
  options: {
    path: { flags: '--path', summary: 'file or folder', kind: 'text', value: 'P', required: true },
    type: {
      flags: '--type',
      summary: 'what it is (by the path, unless said)',
      kind: 'text',
      choices: ['uri_file', 'uri_folder'],
      value: 'TYPE',
    },
    description: { flags: '--description', summary: 'what it holds', kind: 'text' },
  },
  async run({ arguments: { name }, options }, session) {
    const path = resolve(session.host.folder, options.path)
    const isFile = (await stat(path)).isFile()
    const type =
      options.type === 'uri_file' || options.type === 'uri_folder' ? options.type : isFile ? 'uri_file' : 'uri_folder'
    if (type === 'uri_file' && !isFile)
      throw usageFailure(
        `${options.path} is a folder, so it cannot be a uri_file.`,
        'Name a file, or leave --type out.',
      )
    const digest = await upload(session, path, options.path)
    const version = await session.client.call('createDataAsset', {
      params: { ws: session.workspace },
      body: { name, type, digest, ...(options.description === undefined ? {} : { description: options.description }) },
    })
    session.output.document(
      version,
      () =>
        `Data asset ${version.name} version ${version.version}: ${count(version.fileCount, 'file')}, ${bytes(version.sizeBytes)}.\nUse it in a file as azureml:${version.name}@latest or azureml:${version.name}:${version.version}.\n`,
    )
  },
})
