import type { Platform, Transaction } from '../platform/index.ts'
import { findIdempotent, rememberIdempotent } from './pipeline-store.ts'

const dayMs = 86_400_000

/** What comes with a submission besides its file. */
export interface SubmissionExtras {
  readonly pipeline?: { readonly name: string; readonly version: number }
  readonly idempotencyKey?: string
  /** Said on the job besides what the file itself gives reason for. */
  readonly warnings?: readonly string[]
  /** Written in the transaction that makes the job; when it throws, no job is made. */
  readonly also?: ((tx: Transaction, jobId: string) => Promise<void>) | undefined
}

/**
 * Makes at most one job for a key. The key is kept in the transaction that makes the job (`note` runs inside it), so that neither two
 * callers at once nor a server that dies in between make a second one.
 */
export async function submitOnce<Job>(
  platform: Platform,
  key: string | undefined,
  submit: (note: (tx: Transaction, jobId: string) => Promise<void>) => Promise<Job>,
  get: (jobId: string) => Promise<Job>,
): Promise<Job> {
  if (key === undefined) return submit(() => Promise.resolve())
  let known = await findIdempotent(platform.store.read, key)
  if (known !== undefined) return get(known)
  try {
    return await submit(async (tx, jobId) => {
      known = await findIdempotent(tx, key)
      if (known !== undefined) throw new Error('submitted already')
      await rememberIdempotent(tx, key, jobId, platform.clock.now(), platform.clock.now() - dayMs)
    })
  } catch (error) {
    if (known === undefined) throw error
    return get(known)
  }
}
