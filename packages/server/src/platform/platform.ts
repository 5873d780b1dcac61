import type { Clock, ContentStore, Logger, NewId, Randomness } from '@modelyard/platform'
import type { Store } from './database/database.ts'
import type { EventBus } from './events/event-bus.ts'

/** What `modelyard up` was told, with defaults filled in. */
export interface ServerConfiguration {
  readonly home: string
  readonly host: string
  /** 0 until the port is bound the first time; then the same again. */
  readonly port: number
  readonly gatewayPort: number
  readonly trustedProxy: boolean
  readonly allowedHosts: readonly string[]
  readonly python: string | undefined
}

/** What every room is built from. */
export interface Platform {
  readonly clock: Clock
  readonly randomness: Randomness
  readonly newId: NewId
  readonly logger: Logger
  readonly store: Store
  readonly events: EventBus
  readonly content: ContentStore
  readonly configuration: ServerConfiguration
  /** The server's address as clients reach it, e.g. `http://127.0.0.1:8710`; known once it listens. */
  serverUrl(): string
  gatewayUrl(): string
}
