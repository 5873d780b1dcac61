import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import type { Randomness } from '@modelyard/platform'

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** What a token is for stands in its first letters, so that a scanner can say what leaked. */
export const tokenPrefixes = {
  personal: 'myp_',
  service: 'mys_',
  run: 'myr_',
  node: 'myn_',
  session: 'mye_',
  login: 'myl_',
} as const
export type TokenKind = keyof typeof tokenPrefixes

/** A new secret: prefix, 30 characters of chance (178 bits), 6 of checksum. */
export function newToken(kind: TokenKind, randomness: Randomness): string {
  let body = ''
  while (body.length < 30) {
    // Bytes from 248 on would make the first characters likelier.
    for (const byte of randomness.bytes(40)) if (byte < 248 && body.length < 30) body += alphabet.charAt(byte % 62)
  }
  return tokenPrefixes[kind] + body + checksum(tokenPrefixes[kind] + body)
}

/** Whether a text can be a token at all; says no to a mistyped one without asking the database. */
export function isTokenShaped(text: string): boolean {
  return /^my[psrnel]_[0-9A-Za-z]{36}$/.test(text) && checksum(text.slice(0, -6)) === text.slice(-6)
}

/** What is stored. A token has enough chance in it that one plain hash is enough. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}

function checksum(text: string): string {
  let value = crc32(text)
  let digits = ''
  for (let index = 0; index < 6; index++) {
    digits = alphabet.charAt(value % 62) + digits
    value = Math.floor(value / 62)
  }
  return digits
}
