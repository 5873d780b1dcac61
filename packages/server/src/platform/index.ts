export type { Database, Durability, Migration, Store, Transaction } from './database/database.ts'
export type { Tables } from './database/tables.ts'
export { migrate, platformMigrations } from './database/migrations.ts'
export { startEventBus, type EventBus, type LiveEvent } from './events/event-bus.ts'
export {
  appendEvent,
  findCursor,
  listEventsAfter,
  moveCursor,
  type NewEvent,
  type StoredEvent,
} from './events/event-store.ts'
export { invalidDocument, parseDocument, type ParsedDocument } from './documents/document.ts'
export { nearest } from './documents/nearest.ts'
export { decodeCursor, encodeCursor, toPage } from './paging.ts'
export type { Platform, ServerConfiguration } from './platform.ts'
export { openSecretBox, type SecretBox } from './secret-box.ts'
