// A snapshot as JSON: known messages are spelled out, and unknown ones show only their type and size.

import { create } from '@bufbuild/protobuf'
import { type Any, AnySchema, anyPack } from '@bufbuild/protobuf/wkt'
import { ClusterSchema } from '@envoy/xds-protos/envoy/config/cluster/v3/cluster_pb.js'
import { RBACSchema } from '@envoy/xds-protos/envoy/extensions/filters/http/rbac/v3/rbac_pb.js'
import t from 'tap'
import { SnapshotCache } from '../cache/snapshot-cache.ts'
import { createMessageRegistry } from './message-registry.ts'
import { CLUSTER } from './resource-type.ts'
import { snapshotToJson } from './snapshot-json.ts'

const value = Buffer.from('\x0a\x06hidden')
const UNKNOWN = create(AnySchema, { typeUrl: 'type.googleapis.com/no.such.Message', value })

function jsonWith(packed: Any, messages = createMessageRegistry()) {
  const cluster = create(ClusterSchema, { name: 'a', typedExtensionProtocolOptions: { x: packed } })
  const snapshot = new SnapshotCache({ messages }).setSnapshot('fleet', [cluster])
  return snapshotToJson(snapshot, messages)[CLUSTER]?.resources.a
}

t.test(
  'a packed message of an unknown type shows its type and size, and the rest of the resource',
  async (t) => {
    t.same(jsonWith(UNKNOWN), {
      name: 'a',
      typedExtensionProtocolOptions: { x: { '@type': UNKNOWN.typeUrl, size: value.length } },
    })
  },
)

t.test('an unknown message inside a known one is hidden too', async (t) => {
  const inner = create(ClusterSchema, { typedExtensionProtocolOptions: { y: UNKNOWN } })
  const json = JSON.stringify(jsonWith(anyPack(ClusterSchema, inner)))
  t.notMatch(json, /hidden|aGlkZGVu/)
  t.match(json, /"y":\{"@type":"type\.googleapis\.com\/no\.such\.Message","size":8\}/)
})

t.test('a message of the registry is spelled out', async (t) => {
  const rules = anyPack(RBACSchema, create(RBACSchema, { shadowRulesStatPrefix: 'shown' }))
  t.match(jsonWith(rules), { typedExtensionProtocolOptions: { x: { size: rules.value.length } } })
  t.match(jsonWith(rules, createMessageRegistry([RBACSchema])), {
    typedExtensionProtocolOptions: { x: { shadowRulesStatPrefix: 'shown' } },
  })
})

t.test('a resource of an unknown type, or whose bytes are damaged, shows its type and size', async (t) => {
  const messages = createMessageRegistry()
  const cache = new SnapshotCache({ messages })
  const json = snapshotToJson(cache.setSnapshot('fleet', [{ name: 'u', resource: UNKNOWN }]), messages)
  t.same(json[UNKNOWN.typeUrl]?.resources, { u: { '@type': UNKNOWN.typeUrl, size: value.length } })
})

t.test('lists are shown as lists, and null in metadata as null', async (t) => {
  const filterMetadata = { own: { none: null, list: [1, 'a', null] } }
  const cluster = create(ClusterSchema, { name: 'a', metadata: { filterMetadata } })
  const snapshot = new SnapshotCache().setSnapshot('fleet', [cluster])
  t.strictSame(snapshotToJson(snapshot)[CLUSTER]?.resources.a, { name: 'a', metadata: { filterMetadata } })
})
