// Gives each Envoy on one host its own loopback address, so that no two share a listener's address.
import { SwitchyardError } from '../core/errors.ts'

const PER_BLOCK = 254
const LIMIT = PER_BLOCK * PER_BLOCK

/**
 * The listener address of the Envoy with this index (from 0): 127.0.1.1, 127.0.1.2, …, 127.0.2.1, …
 *
 * With one shared address, all Envoys but the first would NACK their listeners. With `reusePort: true` in the document they would
 * start without an error, and the kernel would silently spread connections over all of them.
 *
 * @throws SwitchyardError `invalid-argument` for an index without an address. On Linux all of 127.0.0.0/8 is loopback;
 *   other systems have only 127.0.0.1, which is enough for one Envoy.
 */
export function nodeAddress(index: number, platform: NodeJS.Platform = process.platform): string {
  if (!Number.isInteger(index) || index < 0 || index >= LIMIT) {
    throw new SwitchyardError(
      'invalid-argument',
      `the index of an Envoy must be a whole number from 0 to ${LIMIT - 1}, not ${index}`,
    )
  }
  if (platform === 'linux') return `127.0.${1 + Math.floor(index / PER_BLOCK)}.${1 + (index % PER_BLOCK)}`
  if (index === 0) return '127.0.0.1'
  throw new SwitchyardError(
    'invalid-argument',
    `Envoy ${index} has no address: on ${platform} only 127.0.0.1 is loopback, on Linux all of 127.0.0.0/8. Run one Envoy on this host, or run on Linux.`,
  )
}
