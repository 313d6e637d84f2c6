// A method whose messages stay bytes.

import t from 'tap'
import { byteMethod } from './byte-method.ts'

t.test('a method of two streams leaves its bytes as they are', async (t) => {
  const { path, requestStream, responseStream, ...functions } = byteMethod('/a.B/C')
  t.strictSame(
    { path, requestStream, responseStream },
    { path: '/a.B/C', requestStream: true, responseStream: true },
  )
  const bytes = Buffer.from('bytes')
  for (const one of [
    functions.requestSerialize,
    functions.requestDeserialize,
    functions.responseSerialize,
    functions.responseDeserialize,
  ])
    t.equal(one(bytes), bytes)
})
