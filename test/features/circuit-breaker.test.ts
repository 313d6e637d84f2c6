// The circuit breaker on real calls: beyond its bound they end at once, and its twin with the default lets them through.

import { status } from '@grpc/grpc-js'
import t from 'tap'
import { connectEcho, startEdge, startEndpoints } from '../support/edge.ts'
import { requireTool } from '../support/requirements.ts'

t.test(
  'calls beyond the bound of an upstream end with UNAVAILABLE, and without the switch they pass',
  async (t) => {
    if (!requireTool(t, 'envoy')) return
    const endpoints = await startEndpoints(t, 'b1')
    const upstream = (switches: object) => ({ upstreams: { echo: { endpoints, ...switches } } })
    const edge = await startEdge(t, upstream({}))
    const client = connectEcho(t, edge.address)
    t.match(await client.unary({ message: 'which?' }), { backendId: 'b1' }, 'the twin: the default bound')
    await edge.serve(upstream({ circuitBreaker: { requests: 0 } }))
    await t.rejects(client.unary({ message: 'which?' }), {
      code: status.UNAVAILABLE,
      message: /reset reason: overflow/,
    })
  },
)
