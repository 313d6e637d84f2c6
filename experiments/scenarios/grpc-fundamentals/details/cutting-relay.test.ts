// A relay that loses one answer of a real backend, which has done its work.

import { KeyValueService } from '@envoy/xds-protos/switchyard/kv/v1/key_value_pb.js'
import { status } from '@grpc/grpc-js'
import t from 'tap'
import { createClient } from '../../../../services/rpc/index.ts'
import { openBackend } from '../../../../test/support/open-backend.ts'
import { startCuttingRelay } from './cutting-relay.ts'

t.test('O1.9: a call whose answer is lost is UNAVAILABLE, and was done; the next calls pass', async (t) => {
  const { backend, keyValue } = await openBackend(t)
  const relay = await startCuttingRelay(backend.address)
  t.teardown(() => relay.close())
  const relayed = createClient(KeyValueService, relay.address, { options: { 'grpc.enable_retries': 0 } })
  t.teardown(() => relayed.close())
  await relayed.put({ key: 'a' })
  relay.loseNextAnswer()
  await t.rejects(relayed.put({ key: 'b' }), { code: status.UNAVAILABLE })
  t.match(await keyValue.get({ key: 'b' }), { entry: { version: 2n } })
  t.match(await relayed.get({ key: 'b' }), { entry: { version: 2n } })
})
