import { lookup as resolve, type LookupAddress } from 'node:dns'
import { BlockList, isIP, isIPv6, type LookupFunction } from 'node:net'

/** What no webhook reaches: this network's own machinery, metadata services of clouds, addresses that are nobody's. */
const refused = new BlockList()
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['100.100.100.200', 32],
  ['168.63.129.16', 32],
  ['169.254.0.0', 16],
  ['192.0.0.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const)
  refused.addSubnet(network, prefix, 'ipv4')
for (const [network, prefix] of [
  ['::', 128],
  ['fd00:ec2::', 32],
  ['fe80::', 10],
  ['ff00::', 8],
] as const)
  refused.addSubnet(network, prefix, 'ipv6')
const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
loopback.addAddress('::1', 'ipv6')

/** Known by name only inside of clouds; refused when it is said, not first when it is called. */
const metadataNames: ReadonlySet<string> = new Set([
  'metadata',
  'metadata.goog',
  'metadata.google.internal',
  'instance-data',
  'instance-data.ec2.internal',
])

export interface AddressRule {
  /** This machine's own services may be called only while nobody else reaches the server. */
  readonly allowLoopback: boolean
}

/** Why an IP address is not called, or undefined. */
export function refusalOfAddress(address: string, rule: AddressRule): string | undefined {
  const inner = isIPv6(address) ? (embeddedV4(address) ?? address) : address
  const family = isIPv6(inner) ? 'ipv6' : 'ipv4'
  if (refused.check(inner, family)) return `${address} is a link-local, metadata or reserved address`
  if (!rule.allowLoopback && loopback.check(inner, family)) return `${address} is this machine itself`
  return undefined
}

/** Why an address is refused before anybody is asked, or undefined. */
export function refusalOfUrl(text: string, rule: AddressRule): string | undefined {
  if (!URL.canParse(text)) return 'it is no address'
  const url = new URL(text)
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return 'only http and https are called'
  if (url.username !== '' || url.password !== '') return 'it has a user name or password in it; they would be shown'
  const host = bareHost(url)
  if (host === '') return 'it names no host'
  if (isIP(host) !== 0) return refusalOfAddress(host, rule)
  const name = host.toLowerCase().replace(/\.$/, '')
  if (metadataNames.has(name)) return `${host} is a metadata service`
  if (!rule.allowLoopback && (name === 'localhost' || name.endsWith('.localhost')))
    return `${host} is this machine itself`
  return undefined
}

/** `[::1]` → `::1`. */
export const bareHost = (url: URL): string => url.hostname.replace(/^\[|\]$/g, '')

/** Resolves a name at the moment of the connection and refuses what it may not be: a name that moves does not get around the rule. */
export function checkedLookup(rule: AddressRule): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
      if (error !== null) return callback(error, '', 0)
      for (const { address } of addresses) {
        const reason = refusalOfAddress(address, rule)
        if (reason !== undefined) return callback(new Error(`${hostname} is not called: ${reason}`), '', 0)
      }
      const [first] = addresses
      if (options.all === true) return callback(null, addresses)
      return first === undefined
        ? callback(new Error(`${hostname} has no address`), '', 0)
        : callback(null, first.address, first.family)
    })
  }
}

/** The IPv4 address inside a mapped, translated (NAT64) or 6to4 one. */
function embeddedV4(address: string): string | undefined {
  const groups = expand(address)
  if (groups === undefined) return undefined
  const mapped = groups.slice(0, 5).every((group) => group === 0) && (groups[5] === 0xffff || groups[5] === 0)
  const translated = groups[0] === 0x64 && groups[1] === 0xff9b
  if ((mapped && (groups[6] ?? 0) !== 0) || translated) return dotted(groups[6] ?? 0, groups[7] ?? 0)
  return groups[0] === 0x2002 ? dotted(groups[1] ?? 0, groups[2] ?? 0) : undefined
}

const dotted = (high: number, low: number): string => `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`

/** The eight groups of an IPv6 address. */
function expand(address: string): number[] | undefined {
  let text = address.replace(/%.*$/, '').toLowerCase()
  const v4 = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(text)
  if (v4 !== null) {
    const [a = 0, b = 0, c = 0, d = 0] = v4.slice(2).map(Number)
    text = `${v4[1] ?? ''}${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`
  }
  const [head = '', tail] = text.split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  const missing = 8 - left.length - right.length
  if (missing < 0 || (tail === undefined && missing !== 0)) return undefined
  return [...left, ...Array.from({ length: missing }, () => '0'), ...right].map((group) => Number.parseInt(group, 16))
}
