// What the scenario keeps of a detail.

import { create } from '@bufbuild/protobuf'
import { DebugInfoSchema } from '@envoy/xds-protos/google/rpc/error_details_pb.js'
import t from 'tap'
import { jsonOf } from './ten-details.ts'

t.test('O1.9: a kept stack names files of the project, and no folder of the machine', async (t) => {
  const { stack = '' } = new Error('disk full')
  const [, ownFrame = ''] = stack.split('\n')
  t.match(ownFrame, import.meta.url, 'the stack itself names it')
  const kept = JSON.stringify(jsonOf(create(DebugInfoSchema, { stackEntries: [ownFrame.trim()] })))
  t.match(kept, /experiments\/scenarios\/grpc-fundamentals\/details\/ten-details\.test\.ts:\d+/)
  t.notMatch(kept, /file:/)
})
