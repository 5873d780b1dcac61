import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { defaultHome, defaultPython, isLoopback } from '@modelyard/platform'
import type { ServerConfiguration } from './platform/index.ts'

/** What the command line of the server says, beyond the configuration. */
export interface StartOptions {
  readonly configuration: ServerConfiguration
  readonly json: boolean
}

/** A wrong start: the text says what to do. */
export class StartError extends Error {
  override readonly name = 'StartError'
}

/** Reads the server's arguments. */
export function readStartOptions(args: readonly string[]): StartOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      home: { type: 'string' },
      host: { type: 'string', default: '127.0.0.1' },
      port: { type: 'string', default: '8710' },
      'gateway-port': { type: 'string', default: '8711' },
      json: { type: 'boolean', default: false },
      'trusted-proxy': { type: 'boolean', default: false },
      'allowed-host': { type: 'string', multiple: true, default: [] },
    },
  })
  if (!isLoopback(values.host) && !values['trusted-proxy']) {
    throw new StartError(
      `The address ${values.host} can be reached from other machines, and this server speaks no TLS itself. Put a proxy with TLS in front of it and start it with --trusted-proxy and --allowed-host NAME, or stay on 127.0.0.1.`,
    )
  }
  return {
    json: values.json,
    configuration: {
      home: resolve(values.home ?? defaultHome()),
      host: values.host,
      port: readPort(values.port, '--port'),
      gatewayPort: readPort(values['gateway-port'], '--gateway-port'),
      trustedProxy: values['trusted-proxy'],
      allowedHosts: values['allowed-host'].map((name) => name.toLowerCase()),
      python: defaultPython(),
    },
  }
}

function readPort(text: string, option: string): number {
  const port = Number(text)
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new StartError(`${option} ${text} is not a port; give a number from 0 (any free one) to 65535.`)
  return port
}
