// A client in the messages of CSDS, by what is known of each of its resources.

import { create, fromBinary } from '@bufbuild/protobuf'
import { ClientResourceStatus } from '@envoy/xds-protos/envoy/admin/v3/config_dump_shared_pb.js'
import { ClusterSchema } from '@envoy/xds-protos/envoy/config/cluster/v3/cluster_pb.js'
import { NodeSchema } from '@envoy/xds-protos/envoy/config/core/v3/base_pb.js'
import { ConfigStatus } from '@envoy/xds-protos/envoy/service/status/v3/csds_pb.js'
import t from 'tap'
import { staticCluster } from '../../test/support/resources.ts'
import { SnapshotCache } from '../cache/snapshot-cache.ts'
import type { ResourceView } from '../nodes/resource-view.ts'
import { CLUSTER } from '../snapshot/resource-type.ts'
import { toClientConfig } from './client-config.ts'

const cache = new SnapshotCache()
cache.setSnapshot('fleet', [staticCluster('old', 1), staticCluster('new', 2)])
const { resources } = cache.getSnapshot('fleet')?.types.get(CLUSTER) ?? {}
const [old, served] = [resources?.get('old'), resources?.get('new')]
const NODE = create(NodeSchema, { id: 'n1' })

function configOf(view: Partial<ResourceView>, excludeContents = false) {
  const whole: ResourceView = { typeUrl: CLUSTER, name: 'a', state: 'synced', served, acked: old, ...view }
  const options = { messages: cache.messages, excludeContents }
  const { genericXdsConfigs } = toClientConfig({ group: 'fleet', node: NODE, resources: [whole] }, options)
  const [config] = genericXdsConfigs
  if (config === undefined || genericXdsConfigs.length > 1) throw new Error('it has one resource')
  return config
}

type Config = ReturnType<typeof configOf>
const clusterIn = (any: Config['xdsConfig']) => any && fromBinary(ClusterSchema, any.value).name
const statesOf = ({ configStatus, clientStatus }: Config) => [
  ConfigStatus[configStatus],
  ClientResourceStatus[clientStatus],
]

t.test('P22: a resource has its type, name and ACKed version, and what it is served', async (t) => {
  const config = configOf({ ackedVersion: '7' })
  t.match(config, { typeUrl: CLUSTER, name: 'a', versionInfo: '7', xdsConfig: { typeUrl: CLUSTER } })
  t.equal(clusterIn(config.xdsConfig), 'new')
  t.equal(config.errorState, undefined)
  t.equal(configOf({}).versionInfo, '')
})

t.test('P22: the view of the server, and what the client would say', async (t) => {
  const none = { served: undefined, acked: undefined }
  const states: readonly (readonly [Partial<ResourceView>, string, string])[] = [
    [{ state: 'synced' }, 'SYNCED', 'ACKED'],
    [{ state: 'synced', ...none }, 'SYNCED', 'ACKED'],
    [{ state: 'stale' }, 'STALE', 'ACKED'],
    [{ state: 'stale', acked: undefined }, 'STALE', 'REQUESTED'],
    [{ state: 'stale', ...none }, 'STALE', 'DOES_NOT_EXIST'],
    [{ state: 'notSent', ...none }, 'NOT_SENT', 'DOES_NOT_EXIST'],
    [{ state: 'error' }, 'ERROR', 'NACKED'],
    [{ state: 'error', ...none }, 'ERROR', 'NACKED'],
  ]
  for (const [view, ...expected] of states)
    t.strictSame(statesOf(configOf(view)), expected, JSON.stringify(view.state))
})

t.test('P22: a NACKed resource has what the client uses, and what it NACKed', async (t) => {
  const nack = { version: '8', message: 'no' }
  const { xdsConfig, errorState } = configOf({ state: 'error', nack })
  t.equal(clusterIn(xdsConfig), 'old')
  t.match(errorState, { details: 'no', versionInfo: '8' })
  t.equal(clusterIn(errorState?.failedConfiguration), 'new')
  const gone = configOf({ state: 'error', nack, served: undefined, acked: undefined })
  t.equal(gone.xdsConfig, undefined)
  t.equal(gone.errorState?.failedConfiguration, undefined)
})

t.test('P22: a missing resource has its error', async (t) => {
  const { errorState, xdsConfig } = configOf({
    state: 'notSent',
    served: undefined,
    error: { message: 'gone' },
  })
  t.match(errorState, { details: 'gone', versionInfo: '' })
  t.equal(xdsConfig, undefined)
})

t.test('P22: contents can be left out', async (t) => {
  const { xdsConfig, errorState } = configOf({ nack: { version: '8', message: 'no' } }, true)
  t.equal(xdsConfig, undefined)
  t.equal(errorState?.failedConfiguration, undefined)
  t.equal(errorState?.details, 'no')
})

t.test('P22: a client is its node and its resources', async (t) => {
  const options = { messages: cache.messages, excludeContents: false }
  const { node, genericXdsConfigs } = toClientConfig({ group: 'fleet', node: NODE, resources: [] }, options)
  t.match(node, { id: 'n1' })
  t.strictSame(genericXdsConfigs, [])
})
