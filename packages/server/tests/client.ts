import { createHash } from 'node:crypto'
import type { Job, JobSubmission } from '@modelyard/contract'
import type { TestServer } from './start-server.ts'

/** Files by path, as a test writes them down. */
export type Files = Readonly<Record<string, string>>

/** Uploads files as a folder the way clients do; answers the folder's digest. */
export async function upload(server: TestServer, workspace: string, files: Files): Promise<string> {
  const entries = []
  for (const [path, text] of Object.entries(files)) {
    const bytes = Buffer.from(text)
    const digest = createHash('sha256').update(bytes).digest('hex')
    await server.call('PUT', `/api/v1/workspaces/${workspace}/blobs/${digest}`, { body: bytes })
    entries.push({ path, digest, sizeBytes: bytes.length, mode: 'file' })
  }
  const { body } = await server.call<{ digest: string }>('POST', `/api/v1/workspaces/${workspace}/trees`, {
    body: { entries },
  })
  return body.digest
}

/** Submits a file with its code; answers the status and the document. */
export async function submit(
  server: TestServer,
  text: string,
  code: Readonly<Record<string, Files>> = {},
  more: Partial<JobSubmission> = {},
  workspace = 'default',
) {
  const digests: Record<string, string> = {}
  for (const [path, files] of Object.entries(code)) digests[path] = await upload(server, workspace, files)
  return server.call<
    Job & {
      code: string
      errors: { path: string; line?: number; column?: number; message: string; suggestion?: string }[]
      detail: string
    }
  >('POST', `/api/v1/workspaces/${workspace}/jobs`, {
    body: { source: { name: 'pipeline.yml', text }, code: digests, ...more },
  })
}

/** Waits for a job to end. */
export async function ended(server: TestServer, id: string, workspace = 'default'): Promise<Job> {
  for (let look = 0; look < 1200; look++) {
    const { body } = await server.call<Job>('GET', `/api/v1/workspaces/${workspace}/jobs/${id}`)
    if (['succeeded', 'failed', 'canceled'].includes(body.status)) return body
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  throw new Error(`the job ${id} did not end`)
}

/** Submits and waits; a refusal is an error. */
export async function run(
  server: TestServer,
  text: string,
  code: Readonly<Record<string, Files>> = {},
  more: Partial<JobSubmission> = {},
): Promise<Job> {
  const { status, body } = await submit(server, text, code, more)
  if (status !== 201) throw new Error(`refused: ${body.detail}`)
  return ended(server, body.id)
}

export function statesOf(job: Job): Record<string, string> {
  return Object.fromEntries(job.steps.map((step) => [step.name, step.reused ? 'reused' : step.status]))
}
