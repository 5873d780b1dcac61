import { isPortFree } from '@modelyard/platform'
import { findGateway } from './adapters/deploy-target/process/target.ts'
import type { ServerConfiguration } from './platform/index.ts'

export interface Ports {
  readonly port: number
  readonly gatewayPort: number
}

/** For a port that was left to us (0): the one of this home's last start while nobody else has it, so that addresses outlive a restart. */
export async function choosePorts(given: ServerConfiguration, remembered: Ports | undefined): Promise<Ports> {
  const again = async (port: number | undefined): Promise<number> =>
    port !== undefined && (await isPortFree(port, given.host)) ? port : 0
  return {
    port: given.port || (await again(remembered?.port)),
    gatewayPort: given.gatewayPort || (findGateway(given.home)?.port ?? (await again(remembered?.gatewayPort))),
  }
}
