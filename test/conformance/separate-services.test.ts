// Every type that Envoy discovers has a service of its own beside ADS, under the method names that Envoy calls.

import { status } from '@grpc/grpc-js'
import t from 'tap'
import { resourceTypeOf, VIRTUAL_HOST } from '../../xds-server/snapshot/resource-type.ts'
import { namesIn } from '../support/client-state.ts'
import { conform, everywhere, startServer } from '../support/conformance.ts'
import { resourceFor, typeUrlFor } from '../support/script-resources.ts'
import { connectTo, RawStream } from '../support/xds-client.ts'

const SHORT_NAMES = ['SDS', 'CDS', 'EDS', 'ECDS', 'RTDS', 'LDS', 'SRDS', 'RDS', 'VHDS'] as const

conform('X66: each type is served, on ADS and by its service', everywhere, async (t, session) => {
  const { client, serve, variant } = session
  serve(...SHORT_NAMES.map((short) => resourceFor(short, 'a=1')))
  for (const short of SHORT_NAMES) {
    const typeUrl = typeUrlFor(short)
    if (variant.protocol === 'sotw' && typeUrl === VIRTUAL_HOST) continue
    const names = resourceTypeOf(typeUrl).legacyWildcard ? [] : ['a']
    client.subscribe(typeUrl, ...names)
    t.same(namesIn(await client.take(typeUrl)), ['a'], short)
  }
})

t.test('X66: VHDS is a delta service only, as in Envoy', async (t) => {
  const { server } = await startServer(t)
  const stream = new RawStream(
    connectTo(t, server.address),
    '/envoy.service.route.v3.VirtualHostDiscoveryService/StreamVirtualHosts',
  )
  t.equal((await stream.ended).code, status.UNIMPLEMENTED)
})
