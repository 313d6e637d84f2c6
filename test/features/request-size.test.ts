// `filters.requestSize` with real calls: what is too large is refused with gRPC's own status, and what the limit costs streams.

import type { EchoService } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import { Metadata, status } from '@grpc/grpc-js'
import t, { type Test } from 'tap'
import type { RpcClient } from '../../services/rpc/index.ts'
import { connectEcho, startEdge, startEndpoints } from '../support/edge.ts'
import { editFilterChains } from '../support/edit-filter-chains.ts'
import { requireTool } from '../support/requirements.ts'
import { callWebEcho } from '../support/web-echo.ts'

const KIB = 1024
const LIMIT = 64 * KIB
const SMALL = { payload: new Uint8Array(LIMIT / 2) }
const LARGE = { payload: new Uint8Array(4 * LIMIT) }
/** The calls that have this header have the limit. */
const LIMITED = { 'x-limited': '1' }
const limited = () => ({ metadata: Metadata.fromHttp2Headers(LIMITED) })
const to = { echo: 1 }
const RULES = {
  limited: { match: { headers: LIMITED }, to, filters: { requestSize: { maxBytes: LIMIT } } },
  rest: { match: {}, to },
}

async function startLimited(t: Test) {
  const upstreams = { echo: { endpoints: await startEndpoints(t, 'b1') } }
  const served = (enabled: boolean) => ({
    upstreams,
    rules: RULES,
    fleet: { filters: { grpcWeb: { enabled: true }, requestSize: { enabled } } },
  })
  return { served, edge: await startEdge(t, served(false)) }
}

const outcomeOf = (call: Promise<unknown>): Promise<{ code: number; message?: string }> =>
  call.then(
    () => ({ code: status.OK }),
    ({ code, message }) => ({ code, message }),
  )

t.test('T14: a request over the limit of its rule is refused with RESOURCE_EXHAUSTED', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const { served, edge } = await startLimited(t)
  const client = connectEcho(t, edge.address)
  t.match(await outcomeOf(client.unary(LARGE, limited())), { code: status.OK }, 'the twin: off')

  await edge.serve(served(true))
  const later = connectEcho(t, edge.address)
  t.match(await outcomeOf(later.unary(LARGE, limited())), {
    code: status.RESOURCE_EXHAUSTED,
    message: /Payload Too Large/,
  })
  t.match(await outcomeOf(later.unary(SMALL, limited())), { code: status.OK }, 'within the limit')
  t.match(await outcomeOf(later.unary(LARGE)), { code: status.OK }, 'a rule without one')
  const web = await callWebEcho(edge, LARGE, { headers: LIMITED })
  t.match(web, { http: 413, status: status.UNKNOWN, message: 'Payload Too Large' }, 'gRPC-Web has its own')
  const four = async function* () {
    for (let message = 0; message < 4; message += 1) yield SMALL
  }
  t.match(await outcomeOf(later.clientStream(four(), limited())), { code: status.RESOURCE_EXHAUSTED })

  const edit = editFilterChains((manager) => {
    delete manager.localReplyConfig
  })
  await edge.serve({ ...served(true), edit })
  const own = connectEcho(t, edge.address)
  t.match(await outcomeOf(own.unary(LARGE, limited())), { code: status.UNKNOWN }, "Envoy's own status")
})

/** A caller that waits for an answer before it ends its call, or one that gets none while another makes fifty calls. */
async function waitForAnswer(
  t: Test,
  client: RpcClient<typeof EchoService>,
  { passes }: { readonly passes: boolean },
): Promise<void> {
  const { promise: ended, resolve: end } = Promise.withResolvers<void>()
  async function* requests() {
    yield { message: 'are you there?' }
    await ended
  }
  const answers = client.bidirectional(requests(), limited())
  const first = answers.next()
  let isEarly = false
  void first.then(() => {
    isEarly = true
  })
  if (passes) await first
  else for (let call = 0; call < 50 && !isEarly; call += 1) await client.unary({})
  t.equal(isEarly, passes, 'an answer to a call that goes on')
  end()
  t.match((await first).value, { message: 'are you there?' }, 'it is answered at its end')
  for await (const _ of answers);
}

t.test('T14: a limit holds bidirectional calls back, and no answers', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const { served, edge } = await startLimited(t)
  await waitForAnswer(t, connectEcho(t, edge.address), { passes: true }) // the twin: off

  await edge.serve(served(true))
  const client = connectEcho(t, edge.address)
  await waitForAnswer(t, client, { passes: false })
  const answers = client.serverStream({ count: 2, payloadSize: 4 * LIMIT }, limited())
  for (const sequence of [0, 1]) t.match((await answers.next()).value, { sequence }, 'a server stream')
})
