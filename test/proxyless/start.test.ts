// A fleet of gRPC clients through a real control plane: `@grpc/grpc-js-xds` resolves, balances and follows edits.

import t, { type Test } from 'tap'
import {
  connectProxyless,
  proxylessDocument,
  startEndpoints,
  startWithDocument,
} from '../support/proxyless.ts'

/** Calls until it is stopped, several at a time. */
function callWithoutEnd(client: ReturnType<typeof connectProxyless>) {
  const failures: string[] = []
  const backends = new Set<string>()
  let calls = 0
  let isRunning = true
  let onAnswer = (_backend: string) => {}
  const call = async () => {
    while (isRunning) {
      calls += 1
      await client.unary({}).then(
        ({ backendId }) => {
          backends.add(backendId)
          onAnswer(backendId)
        },
        ({ message }: Error) => failures.push(message),
      )
    }
  }
  const running = Promise.all(Array.from({ length: 4 }, call))
  return {
    answeredBy: (backend: string) =>
      new Promise<void>((resolve) => {
        onAnswer = (answered) => answered === backend && resolve()
      }),
    stop: async () => {
      isRunning = false
      await running
      return { calls, failures, backends }
    },
  }
}

async function start(t: Test) {
  const endpoints = await startEndpoints(t, 'b1', 'b2', 'b3')
  const { b1, b2, b3 } = endpoints
  const { control, rest } = await startWithDocument(t, proxylessDocument({ b1, b2 }))
  return { control, rest, b3 }
}

t.test('P1: a client resolves xds:///echo and takes the endpoints in turn', async (t) => {
  const { control, rest } = await start(t)
  const client = connectProxyless(t, control.xdsAddress, 'caller-1')
  const counts = new Map<string, number>()
  await client.unary({})
  await client.unary({})
  for (let call = 0; call < 20; call += 1) {
    const { backendId } = await client.unary({})
    counts.set(backendId, (counts.get(backendId) ?? 0) + 1)
  }
  t.same(Object.fromEntries(counts), { b1: 10, b2: 10 })
  t.match(await rest.getStatus(), { nodes: [{ id: 'caller-1', fleet: 'clients', state: 'SYNCED' }] })
})

t.test('P2: an endpoint is added, drained and removed under load, and no call fails', async (t) => {
  const { control, rest, b3 } = await start(t)
  const load = callWithoutEnd(connectProxyless(t, control.xdsAddress, 'caller-1'))
  await load.answeredBy('b1')
  const change = (b: string, value: unknown) =>
    rest.patchConfig({ upstreams: { echo: { endpoints: { [b]: value } } } })
  const answered = load.answeredBy('b3')
  t.match(await change('b3', b3), { outcome: 'synced', warnings: [] })
  await answered
  t.match(await change('b1', { state: 'draining' }), { outcome: 'synced' })
  t.match(await change('b1', null), { outcome: 'synced' })
  t.match(await change('b2', null), { outcome: 'synced' })
  await load.answeredBy('b3')
  const { calls, failures, backends } = await load.stop()
  t.comment(`${calls} calls`)
  t.same(failures, [])
  t.same([...backends].toSorted(), ['b1', 'b2', 'b3'])
})

t.test('the lb of a fleet of gRPC clients is read and switched, and its mode is always l7', async (t) => {
  const { control, rest } = await start(t)
  const client = connectProxyless(t, control.xdsAddress, 'caller-1')
  await client.unary({})
  t.match(await rest.getLb('clients'), { mode: 'l7', policy: 'round_robin' })
  const answer = await rest.putLb('clients', { mode: 'l7', policy: 'ring_hash' })
  t.match(answer, { outcome: 'synced', mode: 'l7', policy: 'ring_hash', warnings: [] })
  t.match(await rest.putLb('clients', { mode: 'l7' }), { policy: 'ring_hash' })
  await client.unary({})
  await t.rejects(rest.putLb('clients', { mode: 'l4' }), { code: 'invalid-config', message: /must be l7/ })
})
