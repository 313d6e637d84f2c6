// The trace of a call: only of sampled traces, and of headers as the W3C writes them.

import { Metadata } from '@grpc/grpc-js'
import t from 'tap'
import { sampledTraceOf } from './sampled-trace.ts'

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const NONE = '0'.repeat(32)

for (const [header, trace] of [
  [`00-${TRACE}-00f067aa0ba902b7-01`, TRACE],
  [`00-${TRACE}-00f067aa0ba902b7-03`, TRACE],
  [`cc-${TRACE}-00f067aa0ba902b7-01-what-comes-later`, TRACE],
  [`00-${TRACE}-00f067aa0ba902b7-00`, undefined],
  [`00-${NONE}-00f067aa0ba902b7-01`, undefined],
  [`00-${TRACE.toUpperCase()}-00f067aa0ba902b7-01`, undefined],
  [`00-${TRACE}-01`, undefined],
  ['', undefined],
] as const) {
  t.test(`"${header}" has ${trace === undefined ? 'no sampled trace' : 'a sampled trace'}`, async (t) => {
    const metadata = new Metadata()
    metadata.set('traceparent', header)
    t.equal(sampledTraceOf(metadata), trace)
  })
}

t.test('a call without the header has no trace', async (t) => {
  t.equal(sampledTraceOf(new Metadata()), undefined)
})
