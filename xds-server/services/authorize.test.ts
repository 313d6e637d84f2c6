// Who may be served as a node.

import { create } from '@bufbuild/protobuf'
import { NodeSchema } from '@envoy/xds-protos/envoy/config/core/v3/base_pb.js'
import { status } from '@grpc/grpc-js'
import t from 'tap'
import { HandCall } from '../../test/support/hand-call.ts'
import { admit } from './authorize.ts'

const NODE = create(NodeSchema, { id: 'n1' })
const CALL = new HandCall({ peer: '10.0.0.1:1', names: 'URI:spiffe://x' }).stream

t.test('a peer is served as a node unless there is a reason against it', async (t) => {
  const seen: unknown[] = []
  const peer = admit(CALL, NODE, (...args) => void seen.push(args))
  t.strictSame(peer, { address: '10.0.0.1:1', uris: ['spiffe://x'] })
  t.strictSame(seen, [[peer, NODE]])
  t.throws(() => admit(CALL, NODE, () => 'not you'), { code: status.PERMISSION_DENIED, message: 'not you' })
  t.throws(() => admit(CALL, NODE, () => ''), { code: status.PERMISSION_DENIED }, 'a reason may be empty')
})

t.test('an error of the option is its own fault', async (t) => {
  const cause = new Error('broken')
  const broken = () => {
    throw cause
  }
  t.throws(() => admit(CALL, NODE, broken), { source: 'authorize', cause })
})
