// Requests of exactly a given size, also where the length of the payload takes a byte more.

import t from 'tap'
import { exactRequest } from './exact-request.ts'

t.test('O7.5: a request has exactly the size that is asked for', async (t) => {
  const around = [128, 16_384, 2_097_152, 4_194_304].flatMap((at) =>
    Array.from({ length: 12 }, (_, more) => at - 4 + more),
  )
  for (const bytes of [5, 6, 100, ...around]) t.equal(exactRequest(bytes).length, bytes)
})
