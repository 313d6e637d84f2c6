// What the code that moves bytes asks of either protocol.

import { create, toBinary } from '@bufbuild/protobuf'
import {
  DeltaDiscoveryRequestSchema,
  DiscoveryRequestSchema,
} from '@envoy/xds-protos/envoy/service/discovery/v3/discovery_pb.js'
import t from 'tap'
import { deltaRequest, sotwRequest } from '../../test/support/requests.ts'
import { CLUSTER } from '../snapshot/resource-type.ts'
import { delta, sotw } from './protocol.ts'
import { createStreamState } from './stream.ts'

const versions = new Map([['a', 'v1']])

t.test('a client that has just started reports no version', async (t) => {
  const listing = (versionInfo: string) => sotwRequest({ typeUrl: CLUSTER, versionInfo })
  t.strictSame(
    ['', 'v1'].map((version) => sotw.reportsNoVersions(listing(version))),
    [true, false],
  )
  const holding = (initialResourceVersions: ReadonlyMap<string, string>) =>
    deltaRequest({ typeUrl: CLUSTER, initialResourceVersions })
  t.strictSame(
    [new Map(), versions].map((reported) => delta.reportsNoVersions(holding(reported))),
    [true, false],
  )
})

t.test('only a delta client reports the version of each resource', async (t) => {
  t.strictSame(sotw.reportedVersions(sotwRequest({ typeUrl: CLUSTER, versionInfo: 'v1' })), new Map())
  const request = deltaRequest({ typeUrl: CLUSTER, initialResourceVersions: versions })
  t.equal(delta.reportedVersions(request), versions)
})

t.test('X4: a SotW client that repeats its names is recognized by the state of its stream', async (t) => {
  const request = { typeUrl: CLUSTER, resourceNames: ['a', 'b'] }
  const bytes = toBinary(DiscoveryRequestSchema, create(DiscoveryRequestSchema, request))
  const decoded = sotw.decode(bytes, createStreamState())
  t.same(decoded.request, sotwRequest(request))
  const { state } = sotw.step(createStreamState(), { kind: 'request', request: decoded.request })
  const again = sotw.decode(bytes, state)
  t.ok(again.request.resourceNames === state.typeStates.get(CLUSTER)?.request.lastResourceNames)
})

t.test('a delta request has the names that it subscribes to and unsubscribes from', async (t) => {
  const message = create(DeltaDiscoveryRequestSchema, {
    typeUrl: CLUSTER,
    resourceNamesSubscribe: ['a'],
    resourceNamesUnsubscribe: ['b'],
  })
  const { request } = delta.decode(toBinary(DeltaDiscoveryRequestSchema, message), createStreamState())
  t.same(request, deltaRequest({ typeUrl: CLUSTER, subscribe: ['a'], unsubscribe: ['b'] }))
  t.strictSame([sotw.name, delta.name], ['sotw', 'delta'])
})
