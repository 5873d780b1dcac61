import type { Models } from '../models/index.ts'
import type { Platform } from '../platform/index.ts'
import type { profileVersion } from './compute/profile.ts'
import { findProfile, putProfile } from './monitor-store.ts'
import type { ReferenceService } from './reference-service.ts'
import { evidenceOf } from './version-facts.ts'

export interface ProfileDeps {
  readonly models: Models
  readonly references: ReferenceService
  profile: (input: Parameters<typeof profileVersion>[0]) => ReturnType<typeof profileVersion>
}

/** Profiles of model versions: made when a version is registered, from the data it was trained on and its predictions in the gate. */
export function createProfiles(platform: Platform, deps: ProfileDeps) {
  const { store, clock } = platform

  async function make(workspace: string, model: string, version: number): Promise<void> {
    const row = await deps.models.findVersion(store.read, workspace, model, version)
    if (row === undefined || (await findProfile(store.read, workspace, model, version)) !== undefined) return
    const { input, origin } = await deps.references.registeredReference({ reference: null, signals: [] }, row)
    const { predictions } = evidenceOf(row)
    if (input === null && predictions === null) return
    const { profile, reason } = await deps.profile({ file: input?.file ?? null, predictions })
    await store.write((tx) =>
      putProfile(tx, {
        workspace,
        model,
        version,
        data_name: origin.name,
        data_version: origin.version,
        rows: profile.data?.rows ?? 0,
        profile: JSON.stringify(profile),
        reason: reason === '' ? origin.reason : reason,
        created_at: clock.now(),
      }),
    )
  }

  return { make }
}
