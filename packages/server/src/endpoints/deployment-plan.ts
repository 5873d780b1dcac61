import type { Environments } from '../environments/index.ts'
import type { Models } from '../models/index.ts'
import { invalidDocument, parseDocument, nearest, type ParsedDocument, type Platform } from '../platform/index.ts'
import { DeploymentDocument } from './endpoint-document.ts'
import type { Source, StoredFolders } from './endpoint-service.ts'
import type { DeploymentTable } from './endpoint-tables.ts'

const queuePerInstance = 256

/** What a deployment's file amounts to, everything it names found. */
export type PlannedDeployment = Omit<
  DeploymentTable,
  'revision' | 'created_at' | 'updated_at' | 'state' | 'reason' | 'error'
>

/** Reads the files of deployments; what cannot be deployed is refused with its place. */
export function createDeploymentPlanner(
  platform: Platform,
  deps: { folders: StoredFolders; models: Models; environments: Environments },
) {
  /** Reads a deployment's file and finds everything it names. */
  async function prepare(
    workspace: string,
    endpoint: string,
    input: Source,
  ): Promise<{
    document: DeploymentDocument
    row: PlannedDeployment
  }> {
    const parsed = parseDocument(input.source, DeploymentDocument)
    const { value, placeOf } = parsed
    const refuse = (path: string[], message: string, suggestion?: string): never => {
      throw invalidDocument(input.source.name, [placeOf(path, message, suggestion)])
    }
    if (value.endpoint_name !== undefined && value.endpoint_name !== endpoint)
      refuse(
        ['endpoint_name'],
        `is \`${value.endpoint_name}\`, but the deployment is made at the endpoint \`${endpoint}\``,
      )
    const code = await resolveCode(workspace, parsed, input)
    const model = value.model === undefined ? undefined : await resolveModel(workspace, parsed, input)
    if (code === undefined && model === undefined) refuse(['name'], 'needs a `model`, a `code_configuration`, or both')
    if (code === undefined && model?.format !== 'mlflow')
      refuse(
        ['model'],
        `is ${model?.format === 'onnx' ? 'an ONNX model' : 'no MLflow model'}; it needs a scoring script in \`code_configuration\``,
      )
    const environment = await deps.environments.resolve(value.environment, {
      workspace,
      files: input.code,
      path: ['environment'],
      placeOf,
    })
    if ('problems' in environment) throw invalidDocument(input.source.name, environment.problems)
    return {
      document: value,
      row: {
        workspace,
        endpoint,
        name: value.name,
        model_name: model?.name ?? null,
        model_version: model?.version ?? null,
        model_format: model?.format ?? null,
        model_tree: model?.tree ?? null,
        code_tree: code?.tree ?? null,
        scoring_script: code?.script ?? null,
        python: environment.python,
        environment: environment.build === null ? null : JSON.stringify(environment.build),
        environment_warnings: JSON.stringify(environment.warnings),
        instance_count: value.instance_count,
        request_timeout_ms: value.request_settings.request_timeout_ms,
        max_concurrent_requests: value.request_settings.max_concurrent_requests_per_instance,
        max_queue: queuePerInstance * value.instance_count,
        max_batch_rows: value.batching.max_rows,
        environment_variables: JSON.stringify(value.environment_variables),
        tags: JSON.stringify(value.tags),
        data_collector: value.data_collector === undefined ? null : JSON.stringify(value.data_collector),
      },
    }
  }

  async function resolveCode(
    workspace: string,
    { value, placeOf }: ParsedDocument<DeploymentDocument>,
    input: Source,
  ): Promise<{ tree: string; script: string } | undefined> {
    if (value.code_configuration === undefined) return undefined
    const { code, scoring_script: script } = value.code_configuration
    const tree = input.code[code]
    if (tree === undefined)
      throw invalidDocument(input.source.name, [
        placeOf(
          ['code_configuration', 'code'],
          `the folder \`${code}\` was not uploaded; its digest belongs into \`code\``,
        ),
      ])
    const files = (await deps.folders.requireTree(workspace, tree)).map((entry) => entry.path)
    const wanted = script.replace(/^\.\//, '')
    if (!files.includes(wanted))
      throw invalidDocument(input.source.name, [
        placeOf(
          ['code_configuration', 'scoring_script'],
          `there is no \`${wanted}\` in \`${code}\``,
          nearest(wanted, files),
        ),
      ])
    return { tree, script: wanted }
  }

  async function resolveModel(
    workspace: string,
    { value, placeOf }: ParsedDocument<DeploymentDocument>,
    input: Source,
  ) {
    const reference = typeof value.model === 'string' ? value.model : (value.model?.path ?? '')
    const uploaded = input.code[reference]
    if (uploaded !== undefined) {
      const entries = await deps.folders.requireTree(workspace, uploaded)
      return {
        name: null,
        version: null,
        format: entries.some((entry) => entry.path === 'MLmodel') ? ('mlflow' as const) : ('custom' as const),
        tree: uploaded,
      }
    }
    const version = await deps.models.resolveModelVersion(platform.store.read, workspace, reference)
    if (version?.tree === undefined || version.tree === null)
      throw invalidDocument(input.source.name, [placeOf(['model'], `there is no model version \`${reference}\``)])
    return { name: version.model, version: String(version.version), format: version.format, tree: version.tree }
  }

  return prepare
}
