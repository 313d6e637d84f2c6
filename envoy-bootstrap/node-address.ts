// A loopback address of its own for each Envoy on one host, so that no two share a listener's address.
import { SwitchyardError } from '../core/errors.ts'

const PER_BLOCK = 254
const LIMIT = PER_BLOCK * PER_BLOCK

/**
 * The listener address of the Envoy with this index (from 0): 127.0.1.1, 127.0.1.2, …, 127.0.2.1, …
 *
 * Sharing one address would work, and that is the trouble: Envoy sets SO_REUSEPORT, so the kernel would spread
 * connections over all Envoys without a word.
 *
 * @throws SwitchyardError `invalid-argument` for an index without an address. Only on Linux is all of 127.0.0.0/8
 * loopback; other systems have 127.0.0.1, which is enough for one Envoy.
 */
export function nodeAddress(index: number, platform: NodeJS.Platform = process.platform): string {
  if (!Number.isInteger(index) || index < 0 || index >= LIMIT) {
    throw new SwitchyardError(
      'invalid-argument',
      `An Envoy's index is a whole number from 0 to ${LIMIT - 1}, not ${index}`,
    )
  }
  if (platform === 'linux') return `127.0.${1 + Math.floor(index / PER_BLOCK)}.${1 + (index % PER_BLOCK)}`
  if (index === 0) return '127.0.0.1'
  throw new SwitchyardError(
    'invalid-argument',
    `Envoy ${index} has no address of its own: on ${platform} only 127.0.0.1 is loopback, on Linux all of 127.0.0.0/8. Run one Envoy on this host, or run on Linux.`,
  )
}
