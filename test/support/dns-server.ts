// A DNS server that ends with its test.

import { type NameServer, startNameServer } from '../../testbed/name-server.ts'
import type { Teardown } from './xds-client.ts'

export type DnsServer = NameServer

/** Every name has the addresses. */
export async function startDnsServer(t: Teardown, addresses: readonly string[]): Promise<DnsServer> {
  const server = await startNameServer(addresses)
  t.teardown(() => server.close())
  return server
}
