// The duration of streams: each field of Envoy gets the shortest time that is written.

import t from 'tap'
import type { RuleEntry } from './attach-points.ts'
import { toDuration } from './duration.ts'
import { ruleTimeout } from './rule-timeout.ts'
import { grpcTimeout, maxStreamDuration } from './stream-duration.ts'

const seconds = (count: number) => toDuration(`${count}s`)
const longest = (count: number) => ({ maxStreamDuration: seconds(count) })
const cap = (count: number) => ({ grpcTimeoutHeaderMax: seconds(count) })
const on = { enabled: true }

const CASES: readonly (readonly [written: RuleEntry, envoy: object | undefined, grpc: object | undefined])[] =
  [
    [{ timeout: '0s', maxStreamDuration: '0s' }, undefined, undefined],
    [{ timeout: '5s' }, undefined, longest(5)],
    [{ maxStreamDuration: '9s' }, longest(9), longest(9)],
    [{ maxStreamDuration: '9s', timeout: '0s' }, longest(9), longest(9)],
    [{ maxStreamDuration: '9s', timeout: '5s' }, longest(5), longest(5)],
    [{ grpcTimeout: { enabled: false, max: '1s' }, timeout: '5s' }, undefined, longest(5)],
    [{ grpcTimeout: on }, cap(0), undefined],
    [{ grpcTimeout: { ...on, max: '3s' } }, cap(3), undefined],
    [{ grpcTimeout: { ...on, max: '3s' }, timeout: '2s' }, { ...longest(2), ...cap(2) }, longest(2)],
    [{ grpcTimeout: on, maxStreamDuration: '9s' }, { ...longest(9), ...cap(9) }, longest(9)],
  ]

for (const [written, envoy, grpc] of CASES) {
  t.test(`T11: ${JSON.stringify(written)}`, async (t) => {
    const settings = { enabled: true, max: '0s', offset: '0s' }
    const expected = envoy === undefined ? {} : { maxStreamDuration: envoy }
    t.same(maxStreamDuration.toRouteAction?.('0s', written), expected)
    t.same(grpcTimeout.toRouteAction?.(settings, written), expected, 'both switches say the same')
    const ofGrpc = grpc === undefined ? {} : { maxStreamDuration: grpc }
    t.same(maxStreamDuration.toGrpcRouteAction?.('0s', written), ofGrpc)
    t.same(ruleTimeout.toGrpcRouteAction?.('0s', written), ofGrpc)
  })
}
