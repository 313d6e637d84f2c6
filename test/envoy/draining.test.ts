// Draining endpoints with real traffic: new calls go elsewhere, and calls in progress do not fail.

import t, { type Test } from 'tap'
import { startBackendProcess } from '../support/backend-process.ts'
import { callEcho } from '../support/call-echo.ts'
import {
  connectEcho,
  type Edge,
  startEdge,
  startEndpoints,
  tallyOf,
  untilNoCallOpen,
} from '../support/edge.ts'
import { startLoad } from '../support/real-envoy.ts'

type Endpoints = Readonly<Record<string, { readonly address: string }>>

/** An upstream of these endpoints, some of them draining. */
function echoOf(endpoints: Endpoints, ...draining: string[]) {
  const stated = Object.entries(endpoints).map(([id, { address }]) => [
    id,
    { address, state: draining.includes(id) ? 'draining' : 'active' },
  ])
  return { echo: { endpoints: Object.fromEntries(stated) } }
}

for (const isDrained of [true, false]) {
  t.test(
    `T32: a backend that ${isDrained ? 'was drained first can be killed under load, and no call fails' : 'is killed without draining fails calls'}`,
    async (t) => {
      const { b1, b3 } = await startEndpoints(t, 'b1', 'b3')
      const b2 = await startBackendProcess(t, 'b2')
      const endpoints = { b1, b2, b3 } as Endpoints
      const edge = await startEdge(t, { upstreams: echoOf(endpoints) })
      const load = startLoad(t, edge.address)
      await load.further(100)
      if (isDrained) {
        await edge.serve({ upstreams: echoOf(endpoints, 'b2') })
        const seen = tallyOf(await callEcho(connectEcho(t, edge.address), { count: 300 }))
        t.same(Object.keys(seen).sort(), ['b1', 'b3'], 'no call goes to it')
        await untilNoCallOpen(edge, b2.address)
      }
      await b2.kill()
      await load.further(200)
      const { failures } = await load.stop()
      t.equal(failures.length === 0, isDrained, `${failures.length} calls failed`)
    },
  )
}

t.test(
  'T32: if two of three endpoints drain, the third gets all calls; when they are active again, they get their share',
  async (t) => {
    const endpoints = await startEndpoints(t, 'b1', 'b2', 'b3')
    const edge = await startEdge(t, { upstreams: echoOf(endpoints, 'b1', 'b2') })
    const client = connectEcho(t, edge.address)
    t.same(tallyOf(await callEcho(client, { count: 300 })), { b3: 300 })
    await edge.serve({ upstreams: echoOf(endpoints) })
    t.same(tallyOf(await callEcho(client, { count: 300 })), { b1: 100, b2: 100, b3: 100 })
  },
)

t.test('T32: at L4 new connections go elsewhere, and open ones stay', async (t) => {
  const endpoints = await startEndpoints(t, 'b1', 'b2', 'b3')
  const lb = { mode: 'l4' }
  const edge = await startEdge(t, { upstreams: echoOf(endpoints), lb })
  const old = await findConnectionTo(t, edge, 'b2')
  await edge.serve({ upstreams: echoOf(endpoints, 'b2'), lb })
  t.same(tallyOf(await newConnections(t, edge)), { b1: 6, b3: 6 })
  t.equal((await old.unary({})).backendId, 'b2', 'the open connection is still served')

  await edge.serve({ upstreams: echoOf(endpoints), lb })
  t.same(tallyOf(await newConnections(t, edge)), { b1: 4, b2: 4, b3: 4 }, 'active again, it gets its share')
})

/** The backend of each of twelve new connections. */
async function newConnections(t: Test, { address }: Edge): Promise<string[]> {
  const ids: string[] = []
  for (let index = 0; index < 12; index += 1) {
    ids.push(...(await callEcho(connectEcho(t, address), { count: 1 })))
  }
  return ids
}

async function findConnectionTo(t: Test, { address }: Edge, id: string) {
  for (;;) {
    const client = connectEcho(t, address)
    if ((await client.unary({})).backendId === id) return client
  }
}
