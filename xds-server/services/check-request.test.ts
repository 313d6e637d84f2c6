// What a request must have, each rule with a request that it accepts.

import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf'
import { NodeSchema } from '@envoy/xds-protos/envoy/config/core/v3/base_pb.js'
import { status } from '@grpc/grpc-js'
import t from 'tap'
import { CLUSTER } from '../snapshot/resource-type.ts'
import { BadRequest, checkNode, checkType, decodeOrReject } from './check-request.ts'

type Fields = MessageInitShape<typeof NodeSchema>

/** Why it is rejected; undefined if it is not. */
function reason(work: () => unknown): string | undefined {
  try {
    work()
    return undefined
  } catch (error) {
    if (!(error instanceof BadRequest) || error.code !== status.INVALID_ARGUMENT) throw error
    return error.message
  }
}

const nodeReason = (fields: Fields) => reason(() => checkNode(create(NodeSchema, { id: 'n', ...fields })))
const IN_BOOTSTRAP = ': shorten it in the bootstrap'

t.test('a node has an id', async (t) => {
  t.equal(
    reason(() => checkNode(undefined)),
    'the first request of a stream has no node: send node with an id',
  )
  t.equal(nodeReason({ id: '' }), 'node.id is empty: set node.id in the bootstrap (or --service-node)')
  t.equal(nodeReason({}), undefined, 'twin')
})

const LONG: Readonly<Record<string, readonly [field: (text: string) => Fields, advice: string]>> = {
  'node.id': [(id) => ({ id }), IN_BOOTSTRAP],
  'node.cluster': [(cluster) => ({ cluster }), IN_BOOTSTRAP],
  'node.user_agent_name': [(userAgentName) => ({ userAgentName }), ''],
  'node.user_agent_version': [(value) => ({ userAgentVersionType: { case: 'userAgentVersion', value } }), ''],
}

for (const [name, [field, advice]] of Object.entries(LONG)) {
  t.test(`${name} has up to 256 bytes`, async (t) => {
    t.equal(nodeReason(field('ü'.repeat(128))), undefined)
    t.equal(nodeReason(field('a'.repeat(257))), `${name} has 257 bytes, and the limit is 256${advice}`)
  })
}

t.test('a version of another form has no length', async (t) => {
  const version = { version: { majorNumber: 1 } }
  t.equal(nodeReason({ userAgentVersionType: { case: 'userAgentBuildVersion', value: version } }), undefined)
})

t.test('a node has up to 64 KiB without its extensions, which are not kept', async (t) => {
  const labels = (length: number) => ({ metadata: { labels: 'a'.repeat(length) } })
  const { length: guess } = toBinary(NodeSchema, create(NodeSchema, { id: 'n', ...labels(60_000) }))
  const sized = (bytes: number) => labels(60_000 + bytes - guess)
  const extensions = [{ name: 'e'.repeat(100_000) }]
  t.equal(nodeReason({ ...sized(65_536), extensions }), undefined)
  t.equal(
    nodeReason(sized(65_537)),
    'node has 65537 bytes without its extensions, and the limit is 65536: shorten its metadata in the bootstrap',
  )
  const node = create(NodeSchema, { id: 'n', cluster: 'c', extensions })
  t.match(checkNode(node), { id: 'n', cluster: 'c', extensions: [] })
  t.equal(checkNode(node).extensions.length, 0)
})

t.test('the listener address of a node is an IP address', async (t) => {
  const at = (switchyard: unknown) => nodeReason({ metadata: { switchyard: switchyard as string } })
  const wrong = (shown: string) =>
    `node.metadata.switchyard.listener_address is ${shown}, not an IP address: fix it in the bootstrap`
  t.equal(at({ listener_address: '10.0.0.1' }), undefined)
  t.equal(at({ listener_address: '::' }), undefined)
  t.equal(at({ listener_address: 'host' }), wrong('"host"'))
  t.equal(at({ listener_address: 7 }), wrong('7'))
  t.equal(at({ listener_address: 'a'.repeat(100) }), wrong(`"${'a'.repeat(63)}`), 'a long one is cut')
  for (const other of [{}, null, 'listener_address', [{ listener_address: 'host' }]])
    t.equal(at(other), undefined, JSON.stringify(other))
  t.equal(nodeReason({ metadata: {} }), undefined)
})

t.test('X30: a request has the type of its service, or its own on ADS', async (t) => {
  const request = (typeUrl: string) => ({ typeUrl, nonce: '1' })
  const typeReason = (typeUrl: string, own?: string) => reason(() => checkType(request(typeUrl), own))
  t.strictSame(checkType(request(''), CLUSTER), request(CLUSTER))
  t.strictSame(checkType(request(CLUSTER), CLUSTER), request(CLUSTER))
  t.strictSame(checkType(request(CLUSTER), undefined), request(CLUSTER))
  t.equal(typeReason(''), 'type_url is empty: set it in each request of an aggregated stream (ADS)')
  t.equal(
    typeReason('type.googleapis.com/a.B', CLUSTER),
    `type_url is "type.googleapis.com/a.B", but this service serves only ${CLUSTER}: omit type_url, or use ADS`,
  )
  t.equal(
    typeReason('clusters'),
    'type_url "clusters" is invalid: use the form type.googleapis.com/package.Message',
  )
  t.match(
    typeReason(`type.googleapis.com/${'a'.repeat(300)}`),
    /^type_url has 320 bytes, and the limit is 256$/,
  )
})

t.test('bytes that cannot be decoded are a bad request', async (t) => {
  t.equal(
    reason(() =>
      decodeOrReject(() => {
        throw new Error('premature EOF')
      }),
    ),
    'the request cannot be decoded: premature EOF',
  )
  const own = new BadRequest('own')
  t.equal(
    reason(() =>
      decodeOrReject(() => {
        throw own
      }),
    ),
    'own',
  )
  t.equal(
    decodeOrReject(() => 7),
    7,
  )
})
