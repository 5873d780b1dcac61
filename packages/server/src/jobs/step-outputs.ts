import type { Data } from '../data/index.ts'
import type { Transaction } from '../platform/index.ts'
import type { JobTable, StepTable } from './job-tables.ts'
import type { StepSpec, StoredOutputs } from './step.ts'

/** Outputs with a data asset's name become its next version, before anything that follows the step begins. */
export async function registerOutputs(
  tx: Transaction,
  data: Pick<Data, 'registerOutput'>,
  job: JobTable,
  step: StepTable,
  left: { readonly outputs: StoredOutputs; readonly sourceRunId: string | null },
): Promise<void> {
  const spec = JSON.parse(step.spec) as StepSpec
  if (spec.kind !== 'command') return
  for (const [name, { registerAs, type }] of Object.entries(spec.outputs)) {
    const output = left.outputs[name]
    if (registerAs === undefined || output === undefined) continue
    await data.registerOutput(tx, {
      workspace: job.workspace,
      name: registerAs,
      type: type === 'uri_file' ? 'uri_file' : 'uri_folder',
      digest: output.tree,
      description: '',
      tags: {},
      actor: job.created_by,
      sourceRunId: left.sourceRunId,
    })
  }
}
