// The circuit breaker with real calls: calls over its limit fail at once, and calls of the twin with the default limit pass.

import { status } from '@grpc/grpc-js'
import t, { type Test } from 'tap'
import { surveyTestbed } from '../../testbed/survey.ts'
import { connectEcho, type Edge, startEdge, startEndpoints, tallyOf } from '../support/edge.ts'
import { requireTool } from '../support/requirements.ts'

t.test(
  'T8: calls over the limit of an upstream fail with UNAVAILABLE, and without the switch they pass',
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

/** A connection has 100 streams at most. */
const [CONNECTIONS, STREAMS_EACH] = [15, 100]

/** Opens 1,500 streams at once and keeps them open. @returns how many got an answer, and the errors of the others */
async function openStreams(t: Test, { address }: Edge) {
  const { promise: released, resolve: release } = Promise.withResolvers<void>()
  t.teardown(release)
  async function* requests() {
    yield { message: 'hold' }
    await released
  }
  const clients = Array.from({ length: CONNECTIONS }, () => connectEcho(t, address))
  const outcomes = await Promise.all(
    clients.flatMap((client) =>
      Array.from({ length: STREAMS_EACH }, async () => {
        const answers = client.bidirectional(requests())[Symbol.asyncIterator]()
        return await answers.next().then(
          () => 'answered',
          (error: Error) => error.message.replace(/^.*(reset reason: \w+).*$/s, '$1'),
        )
      }),
    ),
  )
  return { outcomes: tallyOf(outcomes), release }
}

/** What `yard status` shows of the limits. */
async function limitsOf({ address, envoy }: Edge) {
  const fleets = { fleet: [{ node: 'edge-1', address, admin: envoy.adminUrl }] }
  const testbed = {
    admin: '',
    tokens: '',
    xds: '',
    secrets: '',
    fleets,
    backends: [],
    parts: [],
    notices: [],
  }
  return (await surveyTestbed(testbed)).upstreams
}

t.test(
  'T8: 1,500 streams through one Envoy: 1,024 pass by default, and all with the limit raised',
  async (t) => {
    if (!requireTool(t, 'envoy')) return
    const endpoints = await startEndpoints(t, 'b1')
    const upstream = (switches: object) => ({ upstreams: { echo: { endpoints, ...switches } } })
    const edge = await startEdge(t, upstream({}))
    const limited = await openStreams(t, edge)
    t.same(limited.outcomes, { answered: 1024, 'reset reason: overflow': 476 })
    t.same(await limitsOf(edge), [{ upstream: 'echo', calls: 1024, limit: 1024, overflowed: 476 }])
    limited.release()

    await edge.serve(upstream({ circuitBreaker: { requests: 3000, pending: 3000 } }))
    t.same((await openStreams(t, edge)).outcomes, { answered: 1500 })
    t.match(await limitsOf(edge), [{ upstream: 'echo', limit: 3000, overflowed: 476 }])
  },
)
