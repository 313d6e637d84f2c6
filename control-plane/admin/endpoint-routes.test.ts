// Registration of endpoints over REST: what is served, what is rejected, and where a person sees it.

import t, { type Test } from 'tap'
import { sampleWith } from '../../test/support/sample-config.ts'
import { serveFleet } from '../../test/support/served-fleet.ts'
import { CLUSTER, ENDPOINT } from '../../xds-server/index.ts'

const B9 = '/v1/upstreams/echo/endpoints/b9'
const REGISTRATION = { endpointsFrom: { registration: { lease: '1m' }, max: 2 } }

async function start(t: Test, echo: object = REGISTRATION) {
  const { endpoints } = sampleWith({}).upstreams.echo ?? {}
  const fleet = await serveFleet(t, sampleWith({ 'upstreams.echo': { endpoints, ...echo } }))
  const put = async (url: string, payload: object) => {
    const answer = await fleet.admin.inject({ method: 'PUT', url, payload })
    return { status: answer.statusCode, ...answer.json() }
  }
  const remove = async (url: string) => {
    const answer = await fleet.admin.inject({ method: 'DELETE', url })
    return { status: answer.statusCode, ...(answer.body === '' ? {} : answer.json()) }
  }
  const get = async (url: string) => (await fleet.admin.inject(url)).json()
  const versionOf = (typeUrl: string) => fleet.cache.getSnapshot('edge')?.types.get(typeUrl)?.version
  return { ...fleet, put, remove, get, versionOf }
}

t.test('T31: a registered endpoint changes the assignment and nothing else', async (t) => {
  const { put, remove, get, versionOf, state } = await start(t)
  const before = { clusters: versionOf(CLUSTER), endpoints: versionOf(ENDPOINT) }
  const b9 = {
    address: '127.0.0.1:7109',
    weight: 3,
    locality: { zone: 'a' },
    priority: 1,
    labels: { version: 'v2' },
  }
  t.match(await put(B9, b9), {
    status: 201,
    id: 'b9',
    from: 'registration',
    served: true,
    lease: '60s',
    ...b9,
  })
  t.match(await put(B9, b9), { status: 200 }, 'a renewal')
  const snapshot = JSON.stringify(await get('/v1/snapshots/edge'))
  t.match(snapshot, /"portValue":7109/)
  t.equal(versionOf(CLUSTER), before.clusters)
  t.not(versionOf(ENDPOINT), before.endpoints)
  t.equal(state.head.number, 1)

  t.match(await get('/v1/upstreams/echo/endpoints'), {
    upstream: 'echo',
    source: { source: 'registration', endpoints: 1, changes: 1, leasesEnded: 0, problems: [] },
    endpoints: [
      { id: 'b1', from: 'document' },
      { id: 'b2', from: 'document' },
      { id: 'b3', from: 'document' },
      { id: 'b9', from: 'registration', ...b9 },
    ],
  })
  t.same(await remove(B9), { status: 204 })
  t.equal(versionOf(ENDPOINT), before.endpoints)
  t.match(await get('/v1/status'), { endpoints: { echo: { endpoints: 0, changes: 2 } } })
})

t.test('T31: registered endpoints stay over a PATCH and a rollback', async (t) => {
  const { put, patchConfig, get } = await start(t)
  await put(B9, { address: '127.0.0.1:7109' })
  await patchConfig({ upstreams: { echo: { endpoints: { b1: { weight: 5 } } } } })
  t.match(await get('/v1/upstreams/echo/endpoints'), { endpoints: { 3: { id: 'b9', served: true } } })
  await patchConfig({ upstreams: { echo: { endpointsFrom: null } } })
  t.match(await get('/v1/upstreams/echo/endpoints'), { source: null, endpoints: { length: 3 } })
  await patchConfig({ upstreams: { echo: REGISTRATION } })
  t.match(
    await get('/v1/upstreams/echo/endpoints'),
    { endpoints: { 3: { id: 'b9', served: true } } },
    'until its lease ends',
  )
})

t.test('T31: what is wrong with a registration is said at once, and the twin is accepted', async (t) => {
  const { put } = await start(t)
  t.match(await put(B9, { address: 'localhost:70000', weight: 0, leese: '1s' }), {
    status: 400,
    type: 'urn:switchyard:error:invalid-argument',
    problems: [
      { path: 'leese', message: /unknown field. Did you mean lease\?/ },
      { path: 'weight', message: /1 to 1000000/ },
    ],
  })
  t.match(await put(B9, { address: 'localhost:7109', lease: 'soon' }), {
    problems: [
      { path: 'lease', message: /a duration/ },
      { path: 'address', message: /is not an IP address/ },
    ],
  })
  t.match(await put('/v1/upstreams/echo/endpoints/-b', { address: '127.0.0.1:7109' }), { status: 400 })
  t.match(await put(B9, ['127.0.0.1:7109']), { status: 400, detail: /must be an endpoint/ })
  t.match(await put(B9, { address: '127.0.0.1:7109' }), { status: 201 }, 'twin')
})

t.test('T31: an upstream that takes no registrations says how it would', async (t) => {
  const { put, remove } = await start(t)
  const b9 = { address: '127.0.0.1:7109' }
  t.match(await put('/v1/upstreams/echo-v2/endpoints/b9', b9), {
    status: 404,
    detail: /"echo-v2" takes no registrations: write .*endpointsFrom: \{ registration: \{\} \}/,
  })
  t.match(await put('/v1/upstreams/west/endpoints/b9', b9), {
    status: 404,
    detail: /unknown upstream "west"/,
  })
  t.match(await remove(B9), { status: 404, detail: /no endpoint "b9"/ })
  t.match(await remove('/v1/upstreams/echo/endpoints/b1'), { status: 404, detail: /of the document/ })
  t.match(await put(B9, b9), { status: 201 }, 'twin')
  t.same(await remove(B9), { status: 204 }, 'twin')
})

t.test('T31: more endpoints than the document allows are rejected, and renewals are not', async (t) => {
  const { put, remove } = await start(t)
  const at = (id: string) => `/v1/upstreams/echo/endpoints/${id}`
  for (const port of [1, 2])
    t.match(await put(at(`x${port}`), { address: `10.0.0.1:${port}` }), { status: 201 })
  t.match(await put(at('x3'), { address: '10.0.0.1:3' }), {
    status: 409,
    type: 'urn:switchyard:error:limit-reached',
    detail: /has 2 registered endpoints.*endpointsFrom\.max/,
  })
  t.match(await put(at('x2'), { address: '10.0.0.1:2' }), { status: 200 })
  await remove(at('x1'))
  t.match(await put(at('x3'), { address: '10.0.0.1:3' }), { status: 201 }, 'twin')
})

t.test('T31: an address is served once, and the status names the endpoint that is not', async (t) => {
  const { put, get, remove } = await start(t)
  t.match(await put(B9, { address: '127.0.0.1:7101' }), { status: 201, served: false })
  t.match(await get('/v1/status'), {
    endpoints: {
      echo: {
        endpoints: 0,
        problems: [
          { path: 'upstreams.echo.endpointsFrom', message: /b9 is not served, because b1 has its address/ },
        ],
      },
    },
  })
  await remove(B9)
  t.match(await put('/v1/upstreams/echo/endpoints/b1', { address: '127.0.0.1:7109' }), { served: false })
})

t.test('T31: changes are events and metrics', async (t) => {
  const { put, remove, hub, admin } = await start(t)
  const frames: string[] = []
  t.teardown(hub.read({ send: (frame) => frames.push(String(frame)) }))
  await put(B9, { address: '127.0.0.1:7109' })
  await put(B9, { address: '127.0.0.1:7109' })
  await put(B9, { address: '127.0.0.1:7110' })
  await remove(B9)
  const events = frames
    .filter((frame) => frame.includes('event: endpoints'))
    .map((frame) => JSON.parse(frame.split('data: ')[1] ?? ''))
  t.match(events, [
    { upstream: 'echo', source: 'registration', added: ['b9'], endpoints: 1, changes: 1 },
    { changed: ['b9'], endpoints: 1 },
    { removed: ['b9'], endpoints: 0, changes: 3 },
  ])
  t.equal(events.length, 3, 'a renewal is no event')
  const { body } = await admin.inject('/metrics')
  t.match(body, 'switchyard_endpoint_changes_total{upstream="echo",source="registration"} 3')
  t.match(body, 'switchyard_endpoints{upstream="echo",source="registration"} 0')
})

t.test('T31: an upstream may have the name of a field that every object has', async (t) => {
  const config = sampleWith({})
  const upstreams = { ...config.upstreams, constructor: { endpoints: { b1: { address: '127.0.0.1:7101' } } } }
  const { admin } = await serveFleet(t, { ...config, upstreams } as typeof config)
  const answer = await admin.inject('/v1/upstreams/constructor/endpoints')
  t.match(answer.json(), { upstream: 'constructor', endpoints: [{ id: 'b1' }] })
  t.equal(answer.json().source, null)
})
