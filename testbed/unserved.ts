// Endpoints of a document that are on this host, and at which nothing listens.

import { type Document, localEndpointsOf } from './document.ts'
import { probe } from './probe.ts'

/**
 * A line that names the endpoints on this host at which nothing listens, and what starts backends there; undefined without any.
 * @param except upstreams that backends do not serve
 * @param started how many of the first endpoints have a backend of the testbed
 */
export async function describeUnserved(
  document: Document,
  except: readonly string[],
  started: number,
): Promise<string | undefined> {
  const addresses = localEndpointsOf(document, except).map(({ address }) => address)
  // A process that does not answer may be too busy to accept.
  const answers = await Promise.all(addresses.map(async (address) => (await probe(address)) !== 'nobody'))
  const unserved = addresses.filter((_, index) => !answers[index])
  if (unserved.length === 0) return undefined
  const count = answers.lastIndexOf(false) + 1
  // Backends start at the first endpoints, and not where another process listens.
  const isTaken = answers.slice(started, count).includes(true)
  const hint = isTaken ? '' : `; "--backends ${count}" starts backends there`
  return `nothing listens at ${unserved.join(', ')}${hint}`
}
