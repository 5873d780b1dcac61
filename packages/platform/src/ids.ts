import type { Clock } from './clock.ts'
import type { Randomness } from './randomness.ts'

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz'

/** What an id names; the prefix is part of the id. */
export type IdPrefix =
  | 'job'
  | 'run'
  | 'att'
  | 'node'
  | 'tok'
  | 'dep'
  | 'mdl'
  | 'req'
  | 'inc'
  | 'login'
  | 'exp'
  | 'alrt'
  | 'loop'
  | 'msg'
  | 'roll'
  | 'pl'
  | 'ple'

/** Makes ids such as `job_01jd…`: a prefix, 9 characters of time and 13 of chance, so that they sort by age. */
export type NewId = (prefix: IdPrefix) => string

export function createIds(clock: Clock, randomness: Randomness): NewId {
  return (prefix) => {
    let time = clock.now()
    let timePart = ''
    for (let index = 0; index < 9; index++) {
      timePart = alphabet.charAt(time % 32) + timePart
      time = Math.floor(time / 32)
    }
    let chance = ''
    for (const byte of randomness.bytes(13)) chance += alphabet.charAt(byte & 31)
    return `${prefix}_${timePart}${chance}`
  }
}
