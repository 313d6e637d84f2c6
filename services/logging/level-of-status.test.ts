// Every status has a level, and a name in the schema.

import { status } from '@grpc/grpc-js'
import t from 'tap'
import { GRPC_STATUS_NAMES } from '../../core/grpc-statuses.ts'
import { levelOf } from './level-of-status.ts'

t.test("O5.10: what the caller did wrong is not the service's error", async (t) => {
  t.equal(levelOf(status.NOT_FOUND), 'info')
  t.equal(levelOf(status.DEADLINE_EXCEEDED), 'warn')
  t.equal(levelOf(status.INTERNAL), 'error')
})

t.test('O5.10: the names of the schema are those of gRPC', async (t) => {
  t.same(
    GRPC_STATUS_NAMES.map((name) => status[name]),
    GRPC_STATUS_NAMES.map((_, code) => code),
  )
  t.equal(status[GRPC_STATUS_NAMES.length], undefined, 'there are no others')
})
