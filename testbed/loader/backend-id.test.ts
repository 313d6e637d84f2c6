// Reading one field of a message without decoding it.

import { create, toBinary } from '@bufbuild/protobuf'
import { EchoResponseSchema } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import t from 'tap'
import { fc } from '../../test/support/fast-check.ts'
import { backendIdOf } from './backend-id.ts'

t.test('the id of the backend is found in every answer', async (t) => {
  const answers = fc.record({
    message: fc.string(),
    backendId: fc.string({ unit: 'grapheme', maxLength: 300, size: 'max' }),
    sequence: fc.nat(),
    payload: fc.uint8Array(),
    peer: fc.string(),
  })
  fc.assert(
    fc.property(answers, (answer) => {
      const bytes = toBinary(EchoResponseSchema, create(EchoResponseSchema, answer))
      return backendIdOf(Buffer.from(bytes)) === answer.backendId
    }),
  )
  t.pass()
})

t.test('bytes that are no answer have no id, and end the search', async (t) => {
  fc.assert(fc.property(fc.uint8Array(), (bytes) => typeof backendIdOf(Buffer.from(bytes)) === 'string'))
  t.equal(backendIdOf(Buffer.from([])), '')
  t.equal(backendIdOf(Buffer.from([0x0d, 1, 2, 3, 4])), '', 'a wire type that answers do not have')
})
