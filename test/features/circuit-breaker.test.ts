// The circuit breaker with real calls: calls over its limit fail at once, and calls of the twin with the default limit pass.

import { status } from '@grpc/grpc-js'
import t from 'tap'
import { connectEcho, startEdge, startEndpoints } from '../support/edge.ts'
import { requireTool } from '../support/requirements.ts'

t.test(
  'calls over the limit of an upstream fail with UNAVAILABLE, and without the switch they pass',
  async (t) => {
    if (!requireTool(t, 'envoy')) return
    const endpoints = await startEndpoints(t, 'b1')
    const upstream = (switches: object) => ({ upstreams: { echo: { endpoints, ...switches } } })
    const edge = await startEdge(t, upstream({}))
    const client = connectEcho(t, edge.address)
    t.match(await client.unary({ message: 'which?' }), { backendId: 'b1' }, 'the twin: the default limit')
    await edge.serve(upstream({ circuitBreaker: { requests: 0 } }))
    await t.rejects(client.unary({ message: 'which?' }), {
      code: status.UNAVAILABLE,
      message: /reset reason: overflow/,
    })
  },
)
