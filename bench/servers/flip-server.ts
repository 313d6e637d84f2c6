// The bare library with two snapshots: the cost of a flip without REST, validation, store and translation.

import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { parseArgs } from 'node:util'
import { fromBinary } from '@bufbuild/protobuf'
import { DiscoveryResponseSchema } from '@envoy/xds-protos/envoy/service/discovery/v3/discovery_pb.js'
import { SnapshotCache, startXdsServer } from '../../xds-server/index.ts'
import { announce } from './control-socket.ts'

const GROUP = 'bare'

const { values } = parseArgs({ options: { flip: { type: 'string', default: '' } } })
const snapshots = values.flip
  .split(',')
  .map((file) => fromBinary(DiscoveryResponseSchema, readFileSync(file)).resources)
const cache = new SnapshotCache({ nodeGroup: () => GROUP })
let served = 0
cache.setSnapshot(GROUP, snapshots[served] ?? [])
const { address } = await startXdsServer({ cache, address: '127.0.0.1:0' })

const control = createServer((_, response) => {
  const begun = performance.now()
  served = 1 - served
  cache.setSnapshot(GROUP, snapshots[served] ?? [])
  void cache.synced(GROUP).then(({ outcome }) => {
    response.end(JSON.stringify({ ackedMs: performance.now() - begun, outcome }))
  })
})
await announce(control, address)
