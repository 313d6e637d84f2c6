// Which clients run a row in the short form of `npm test`: all of them would take ten minutes.

import { MATRIX_CLIENTS, type MatrixClient } from './matrix-client.ts'
import type { Row } from './row.ts'

const OWN: MatrixClient = 'node'
const OTHERS = MATRIX_CLIENTS.filter((client) => client !== OWN)

/**
 * Node's client, whose library is this project's own too, and one of the others in turn, so that each implementation runs
 * a part of every file. Clients that are known not to support a row have no turn. `npm run test:proxyless` runs all.
 * @param turn a number that differs from row to row
 * @param optional clients that need not be installed; they have a turn only where `isInstalled` says so
 */
export function shortFormClients(
  { notSupported = {} }: Pick<Row, 'notSupported'>,
  turn: number,
  isInstalled: (client: MatrixClient) => boolean,
  optional: ReadonlySet<MatrixClient> = new Set(['java']),
): readonly MatrixClient[] {
  const supports = (client: MatrixClient) => notSupported[client] === undefined
  const others = OTHERS.filter((client) => supports(client) && (!optional.has(client) || isInstalled(client)))
  if (others.length === 0) return supports(OWN) ? [OWN] : []
  const [first, second] = [0, 1].map((offset) => others[(turn + offset) % others.length])
  const chosen = new Set([supports(OWN) ? OWN : second, first])
  return [...chosen].filter((client) => client !== undefined)
}
