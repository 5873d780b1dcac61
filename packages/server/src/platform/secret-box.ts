import { createCipheriv, createDecipheriv } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Randomness } from '@modelyard/platform'

/** Keeps what must be shown again (endpoint keys) unreadable in the database: AES-256-GCM under a key of the home, bound to where it belongs. */
export interface SecretBox {
  seal(secret: string, belongsTo: string): string
  open(sealed: string, belongsTo: string): string
}

/** The home's key is made at the first start and readable by its user only. */
export function openSecretBox(home: string, randomness: Randomness): SecretBox {
  const key = readKey(join(home, 'secret.key'), randomness)
  return {
    seal(secret, belongsTo) {
      const nonce = Buffer.from(randomness.bytes(12))
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(belongsTo))
      const sealed = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()])
      return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64')
    },
    open(sealed, belongsTo) {
      const bytes = Buffer.from(sealed, 'base64')
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12))
        .setAAD(Buffer.from(belongsTo))
        .setAuthTag(bytes.subarray(12, 28))
      return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString('utf8')
    },
  }
}

function readKey(path: string, randomness: Randomness): Buffer {
  try {
    writeFileSync(path, Buffer.from(randomness.bytes(32)), { flag: 'wx', mode: 0o600, flush: true })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  const key = readFileSync(path)
  if (key.length !== 32) throw new Error(`${path} is not a key of 32 bytes; restore it from a backup`)
  return key
}
