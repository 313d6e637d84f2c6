// Parts of Envoy messages, defaults in effect, and the switches whose defaults act where nobody has written them.

import t from 'tap'
import { circuitBreaker } from './circuit-breaker.ts'
import { inEffect } from './defaults.ts'
import { mergeParts } from './merge-parts.ts'
import { partsOf } from './parts-of.ts'
import { retry } from './retry.ts'

t.test('parts of one message are merged field by field, and lists are joined', async (t) => {
  const parts = [{ a: { x: 1 }, list: [1] }, undefined, { a: { y: 2 }, list: [2] }]
  t.same(mergeParts(parts), { a: { x: 1, y: 2 }, list: [1, 2] })
  t.same(mergeParts([{ a: 1 }, { a: 1 }]), { a: 1 }, 'equal values are not a conflict')
})

t.test('two values for one field are an internal error that names the field', async (t) => {
  t.throws(() => mergeParts([{ a: { b: 1 } }, { a: { b: 2 } }]), { code: 'internal', message: /a\.b/ })
})

t.test(
  'a switch is in effect by its default, with the defaults of fields that are not written',
  async (t) => {
    const rest = { attempts: 3, on: ['refused-stream'], backOff: {}, otherEndpoint: false }
    t.same(inEffect(retry.schema, undefined), { enabled: true, ...rest })
    t.same(inEffect(retry.schema, { enabled: false }), { enabled: false, ...rest })
  },
)

const boundsOf = (settings?: object) =>
  partsOf([circuitBreaker], { circuitBreaker: settings }, (one, inForce) => one.toCluster?.(inForce, {}))

t.test("a circuit breaker leaves out the bounds that are Envoy's own", async (t) => {
  t.match(boundsOf(), [{ circuitBreakers: { thresholds: [{ maxRetries: 1024 }] } }])
  t.same(boundsOf({ requests: 0, retries: 3 }), [{ circuitBreakers: { thresholds: [{ maxRequests: 0 }] } }])
})
