import { mkdir, readFile, rm } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import {
  createContentStore,
  createIds,
  createLogger,
  findFreePort,
  installationFolder,
  isLoopback,
  systemClock,
  systemRandomness,
  writeFileDurably,
} from '@modelyard/platform'
import type { FastifyInstance } from 'fastify'
import { Registry } from 'prom-client'
import { openSqliteStore } from './adapters/database/sqlite/store.ts'
import { StartError } from './configuration.ts'
import {
  createApp,
  eventStreamHandlers,
  guardRequests,
  measureRequests,
  mountDocuments,
  mountHandlers,
  serverHandlers,
  serveWebApp,
} from './http/index.ts'
import { lockHome } from './lock.ts'
import { migrate, startEventBus, type Platform, type ServerConfiguration } from './platform/index.ts'
import { choosePorts, type Ports } from './ports.ts'
import { buildRooms, migrations, type Rooms } from './rooms.ts'

/** What `up --json` prints and `<home>/server.json` holds. */
export interface ServerDocument {
  readonly url: string
  readonly gatewayUrl: string
  readonly loginUrl: string
  readonly token: string
  readonly home: string
  readonly pid: number
}

export interface RunningServer {
  readonly document: ServerDocument
  readonly platform: Platform
  readonly rooms: Rooms
  stop(): Promise<void>
}

/** Starts everything on a home: database, rooms, HTTP, loops. */
export async function startServer(configuration: ServerConfiguration): Promise<RunningServer> {
  const unlock = lockHome(configuration.home)
  try {
    return await startLocked(configuration, unlock)
  } catch (error) {
    unlock()
    throw error
  }
}

async function startLocked(given: ServerConfiguration, unlock: () => void): Promise<RunningServer> {
  const { home } = given
  const remembered = await readJson<Ports>(join(home, 'ports.json'))
  const configuration = { ...given, ...(await choosePorts(given, remembered)) }
  await Promise.all(
    ['logs', 'blobs', 'nodes', 'gateway'].map((name) => mkdir(join(home, name), { recursive: true, mode: 0o700 })),
  )
  const logger = createLogger({ name: 'server', file: join(home, 'logs', 'server.log') })
  const store = openSqliteStore(join(home, 'modelyard.db'), systemClock)
  await migrate(store, migrations, systemClock)
  let ports: Ports = configuration
  const platform: Platform = {
    clock: systemClock,
    randomness: systemRandomness,
    newId: createIds(systemClock, systemRandomness),
    logger,
    store,
    events: await startEventBus(store, logger),
    content: createContentStore(join(home, 'blobs')),
    configuration,
    serverUrl: () => urlOf(configuration.host, ports.port),
    gatewayUrl: () => urlOf(configuration.host, ports.gatewayPort),
  }
  const rooms = buildRooms(platform)
  let stopping = false
  for (const room of rooms.all) await room.load?.()
  const app = await buildApp(platform, rooms, () => stopping)
  ports = await listen(app, configuration)
  await writeFileDurably(join(home, 'ports.json'), JSON.stringify(ports))
  await rooms.workspaces.ensureDefault()
  for (const room of rooms.all) await room.start?.()
  const document = await writeServerDocument(platform, rooms)
  logger.info({ url: document.url, home }, 'ready')

  async function stop(): Promise<void> {
    stopping = true
    await rm(join(home, 'server.json'), { force: true })
    for (const room of rooms.all.toReversed())
      await room.stop?.().catch((error: unknown) => logger.error({ err: error }, 'a room did not stop cleanly'))
    await app.close()
    await store.close()
    unlock()
  }
  return { document, platform, rooms, stop }
}

async function buildApp(platform: Platform, rooms: Rooms, isStopping: () => boolean): Promise<FastifyInstance> {
  const app = createApp(platform, rooms.principals.authenticate, rooms.workspaces.exists)
  const registry = new Registry()
  measureRequests(app, registry)
  guardRequests(app, platform.configuration)
  mountDocuments(app)
  mountHandlers(app, serverHandlers(platform, registry, isStopping))
  mountHandlers(app, eventStreamHandlers(platform))
  for (const room of rooms.all) {
    if (room.handlers !== undefined) mountHandlers(app, room.handlers)
    room.mount?.(app)
    room.measure?.(registry)
  }
  app.servePage = await serveWebApp(app, join(installationFolder(), 'packages', 'web', 'dist'))
  return app
}

async function listen(app: FastifyInstance, configuration: ServerConfiguration): Promise<Ports> {
  try {
    await app.listen({ host: configuration.host, port: configuration.port })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
    throw new StartError(
      `The port ${configuration.port} is taken by another program. Name another with --port N, or --port 0 for any free one.`,
    )
  }
  const address = app.server.address()
  const port = typeof address === 'object' && address !== null ? address.port : configuration.port
  return {
    port,
    gatewayPort: configuration.gatewayPort || (await findFreePort(configuration.host)),
  }
}

/** The owner is this machine's user; its token is kept in the home, where only that user reads. */
async function writeServerDocument(platform: Platform, rooms: Rooms): Promise<ServerDocument> {
  const { home } = platform.configuration
  const owner = userInfo().username.replaceAll(/[^A-Za-z0-9._@-]/g, '-') || 'owner'
  await rooms.principals.ensureOwner(owner)
  const known = await readJson<{ token: string }>(join(home, 'owner.json'))
  const token = await rooms.principals.ensureOwnerToken(owner, known?.token)
  if (token !== known?.token)
    await writeFileDurably(join(home, 'owner.json'), JSON.stringify({ principal: owner, token }))
  const { loginUrl } = await rooms.principals.createLoginLink(owner)
  const document: ServerDocument = {
    url: platform.serverUrl(),
    gatewayUrl: platform.gatewayUrl(),
    loginUrl,
    token,
    home,
    pid: process.pid,
  }
  await writeFileDurably(join(home, 'server.json'), JSON.stringify(document))
  return document
}

async function readJson<Value>(path: string): Promise<Value | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Value
  } catch {
    return undefined
  }
}

function urlOf(host: string, port: number): string {
  const name = isLoopback(host) ? host : '127.0.0.1'
  return `http://${name.includes(':') && !name.startsWith('[') ? `[${name}]` : name}:${port}`
}
