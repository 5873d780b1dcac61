import { createClient, type Client } from '@modelyard/client'
import { discoverConnection, readServerFile, type Connection, type ServerFile } from '@modelyard/client/node'
import type { Clock } from '@modelyard/platform'
import { resolve } from 'node:path'
import { exitCodes } from './exit-codes.ts'
import { CommandFailure } from './failure.ts'
import { createOutput, type Output, type TextStream } from './output/output.ts'

/** The machine around the program, so that tests can hand in another. */
export interface Host {
  readonly stdout: TextStream
  readonly stderr: TextStream
  readonly stdin: AsyncIterable<Uint8Array | string>
  readonly environment: (name: string) => string | undefined
  readonly folder: string
  readonly home: string
  readonly clock: Clock
}

/** The options that every command has. */
export interface CommonOptions {
  readonly json: boolean
  readonly workspace?: string | undefined
  readonly url?: string | undefined
  readonly token?: string | undefined
  readonly home?: string | undefined
}

/** What a command works with. The server is looked for only when it is asked for. */
export interface Session {
  readonly host: Host
  readonly output: Output
  readonly home: string
  /** The running server of the home, if there is one. */
  readonly serverFile: ServerFile | undefined
  readonly connection: Connection
  readonly client: Client
  readonly workspace: string
  /** Set by commands that send a file, so that a refusal can name it. */
  source: string | undefined
}

export function createSession(host: Host, common: CommonOptions): Session {
  const home = resolve(host.folder, common.home ?? host.home)
  const output = createOutput({ json: common.json, ...host })
  let connection: Connection | undefined
  let client: Client | undefined
  const connect = (): Connection =>
    (connection ??= discoverConnection({
      url: common.url,
      token: common.token,
      workspace: common.workspace,
      environment: host.environment,
      folder: host.folder,
      home,
    }))
  return {
    host,
    output,
    home,
    source: undefined,
    get serverFile() {
      return readServerFile(home)
    },
    get connection() {
      return connect()
    },
    get client() {
      const { url, token } = connect()
      return (client ??= url === undefined ? noClient(home) : createClient({ baseUrl: url, token }))
    },
    get workspace() {
      return connect().workspace
    },
  }
}

/** Refuses on the first call and not before, so that a wrong command line is told of first. */
function noClient(home: string): Client {
  const refuse = (): never => {
    throw noServer(home)
  }
  return { baseUrl: '', call: refuse, stream: refuse, items: refuse, events: refuse, requestOf: refuse, pathOf: refuse }
}

function noServer(home: string): CommandFailure {
  return new CommandFailure({
    exitCode: exitCodes.unreachable,
    code: 'server_unknown',
    title: 'No server is known',
    detail: `Neither --url, nor MODELYARD_URL, nor a config file names a server, and none runs in ${home}.`,
    remedy: 'Start one with `modelyard up`.',
  })
}
