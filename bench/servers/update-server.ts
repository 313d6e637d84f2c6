// The bare library that goes back and forth between two versions of some resources: the cost of a push without REST, validation,
// store and translation. Only the resources that differ are given to it.

import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { parseArgs } from 'node:util'
import { fromBinary } from '@bufbuild/protobuf'
import { DiscoveryResponseSchema } from '@envoy/xds-protos/envoy/service/discovery/v3/discovery_pb.js'
import { createResources, SnapshotCache, startXdsServer } from '../../xds-server/index.ts'
import { announce } from './control-socket.ts'

const GROUP = 'bare'

const { values } = parseArgs({ options: { between: { type: 'string', default: '' } } })
const [first = [], second = []] = values.between
  .split(',')
  .map((file) => fromBinary(DiscoveryResponseSchema, readFileSync(file)).resources)
const cache = new SnapshotCache({ nodeGroup: () => GROUP })
cache.setSnapshot(GROUP, first)
const [before, after] = [createResources(first), createResources(second)]
const changed = after.map((_, at) => at).filter((at) => before[at]?.version !== after[at]?.version)
const versions = [before, after].map((list) => list.filter((_, at) => changed.includes(at)))
let served = 0
const { address } = await startXdsServer({ cache, address: '127.0.0.1:0' })

const control = createServer((_, response) => {
  served = 1 - served
  cache.updateSnapshot(GROUP, { upsert: versions[served] ?? [] })
  void cache.synced(GROUP).then(({ outcome, nodes }) => {
    response.statusCode = outcome === 'synced' ? 200 : 500
    response.end(JSON.stringify({ outcome, nodes: nodes.length }))
  })
})
await announce(control, address)
