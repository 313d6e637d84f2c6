// A document that passes our validation and that Envoy NACKs: the fleet rolls back, and REST reports the reason.

import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import t, { type Test } from 'tap'
import { startControlPlane } from '../../control-plane/control-plane.ts'
import { freePort } from '../../processes/free-port.ts'
import { startBackends } from '../support/echo-backends.ts'
import { startEnvoy, startLoad } from '../support/real-envoy.ts'
import { sampleWith } from '../support/sample-config.ts'

interface Answer {
  readonly status: number
  readonly etag: string | null
  readonly body: Record<string, unknown> & { readonly [field: string]: unknown }
}

/** Maglev requires a prime table size. Our validation does not check that; Envoy does. */
const NO_PRIME = { fleets: { fleet: { lb: { mode: 'l7', policy: 'maglev', tableSize: 65_536 } } } }

async function start(t: Test, onNack: 'rollback' | 'hold') {
  const [b1, b2] = await startBackends(t, 'b1', 'b2')
  const port = await freePort()
  const { adminUrl, xdsAddress, close } = await startControlPlane({
    config: sampleWith({
      'upstreams.echo': {
        endpoints: { b1: { address: `127.0.0.1:${b1}` }, b2: { address: `127.0.0.1:${b2}` } },
      },
      'upstreams.echo-v2': undefined,
      'routes.public.rules': { echo: { match: {}, to: { echo: 1 } } },
      'fleets.edge': undefined,
      'fleets.fleet': {
        kind: 'envoy',
        onNack,
        lb: { mode: 'l7', policy: 'round_robin' },
        listeners: { main: { port, l4: { upstream: 'echo' }, l7: { routes: 'public' } } },
      },
    }),
    admin: '127.0.0.1:0',
    xds: '127.0.0.1:0',
  })
  t.teardown(close)
  const request = async (path: string, init: RequestInit = {}): Promise<Answer> => {
    const response = await fetch(`${adminUrl}${path}`, init)
    return {
      status: response.status,
      etag: response.headers.get('etag'),
      body: (await response.json()) as Answer['body'],
    }
  }
  const patch = async (body: object) => {
    const { etag } = await request('/v1/config')
    return await request('/v1/config?wait=30s', {
      method: 'PATCH',
      headers: { 'content-type': 'application/merge-patch+json', 'if-match': etag ?? '' },
      body: JSON.stringify(body),
    })
  }
  const envoy = await startEnvoy(t, xdsAddress, 'delta')
  await envoy.admin.waitUntilLive()
  t.equal((await request('/v1/revisions/1?wait=30s')).status, 200, 'the first revision is accepted')
  return { xdsAddress, address: `127.0.0.1:${port}`, request, patch, envoy }
}

async function policyInEffect({ envoy }: Awaited<ReturnType<typeof start>>): Promise<string> {
  const held = await envoy.admin.dynamicClusters()
  const text = JSON.stringify(held.find(({ name, state }) => name === 'echo' && state === 'active')?.config)
  return /load_balancing_policies\.(\w+)\./.exec(text)?.[1] ?? text
}

t.test(
  "X7, X9: a revision that Envoy NACKs is rolled back under load, and the 409 has Envoy's text and the path",
  async (t) => {
    const testbed = await start(t, 'rollback')
    const { patch, request, address } = testbed
    const load = startLoad(t, address)
    await load.further(100)
    const rejected = await patch(NO_PRIME)
    t.equal(rejected.status, 409)
    t.match(rejected.body, {
      type: 'urn:switchyard:error:nacked',
      detail: /^edge-1 NACKed Cluster: .*prime.*changed since revision \d+: fleets\.fleet\.lb/s,
      problems: [{ path: /^(upstreams\.echo|fleets\.fleet\.lb)/, message: /prime/ }],
      revision: 2,
      revisionStatus: 'rolled_back',
    })

    const after = await request('/v1/config')
    t.equal(after.etag, rejected.etag, 'the ETag of the answer is the one of the document in force')
    t.match(after.body, { fleets: { fleet: { lb: { mode: 'l7', policy: 'round_robin' } } } })
    t.match((await request('/v1/revisions')).body, {
      revisions: [
        { revision: 3, status: 'accepted', author: 'system' },
        { revision: 2, status: 'rolled_back', reason: /prime/ },
        { revision: 1, status: 'accepted', author: 'file' },
      ],
    })
    t.match((await request('/v1/status')).body, { rejectedRevision: { revision: 2, reason: /prime/ } })

    t.equal((await request('/v1/revisions/3?wait=30s')).status, 200, 'the rollback is ACKed')
    t.equal(await policyInEffect(testbed), 'round_robin')
    const next = await patch({ fleets: { fleet: { lb: { policy: 'least_request' } } } })
    t.match(
      next,
      { status: 200, body: { outcome: 'synced', revision: 4 } },
      'the next patch does not contain the rejected edit',
    )
    t.equal(await policyInEffect(testbed), 'least_request')
    await load.further(100)
    t.same((await load.stop()).failures, [], 'no call failed')
  },
)

t.test('Envoy NACKs a listener on a port in use, and accepts one on a free port', async (t) => {
  const { patch, request } = await start(t, 'rollback')
  const holder = createServer()
  t.teardown(() => holder.close())
  await once(holder.listen(0, '127.0.0.1'), 'listening')
  const { port } = holder.address() as AddressInfo
  const extra = (port: number) => ({
    fleets: {
      fleet: { listeners: { extra: { port, l4: { upstream: 'echo' }, l7: { routes: 'public' } } } },
    },
  })
  t.match(await patch(extra(port)), {
    status: 409,
    body: {
      detail: new RegExp(`NACKed Listener: .*127\\.0\\.0\\.1:${port}`, 's'),
      problems: [{ path: 'fleets.fleet.listeners.extra', message: new RegExp(`:${port}`) }],
      revisionStatus: 'rolled_back',
    },
  })
  t.hasOwnPropsOnly(
    ((await request('/v1/config')).body as { fleets: { fleet: { listeners: object } } }).fleets.fleet
      .listeners,
    ['main'],
  )
  t.match(await patch(extra(await freePort())), { status: 200, body: { outcome: 'synced' } })
})

t.test('X8: with hold, an Envoy that starts is served the last known good revision', async (t) => {
  const testbed = await start(t, 'hold')
  const { patch, request, xdsAddress, envoy, address } = testbed
  t.match(await patch(NO_PRIME), { status: 409, body: { revision: 2, revisionStatus: 'rejected' } })
  t.match((await request('/v1/config')).body, { fleets: { fleet: { lb: { policy: 'maglev' } } } }, 'it stays')
  await envoy.stop()

  const newcomer = await startEnvoy(t, xdsAddress, 'delta')
  await newcomer.admin.waitUntilLive()
  const load = startLoad(t, address)
  await load.further(50)
  t.same((await load.stop()).failures, [])
  t.equal(await policyInEffect({ ...testbed, envoy: newcomer }), 'round_robin')

  const fixed = await patch({ fleets: { fleet: { lb: { tableSize: 251 } } } })
  t.match(fixed, { status: 200, body: { outcome: 'synced', revision: 3, revisionStatus: 'accepted' } })
  t.equal(
    await policyInEffect({ ...testbed, envoy: newcomer }),
    'maglev',
    'the new Envoy follows later revisions',
  )
})
