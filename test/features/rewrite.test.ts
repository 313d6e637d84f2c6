// `rewrite` with real calls: the service sees another host and path than the caller wrote, and introspection stays closed.

import { status } from '@grpc/grpc-js'
import t from 'tap'
import { startEdge } from '../support/edge.ts'
import { UNARY } from '../support/match-cases.ts'
import { requireTool } from '../support/requirements.ts'
import { callWhole, startWitness } from '../support/witness.ts'

const to = { echo: 1 }
const SERVICE = 'switchyard.echo.v1.EchoService'

const CASES: readonly [title: string, match: object, rewrite: object, path: string, seen: object][] = [
  [
    'a service',
    { service: SERVICE },
    { prefix: '/shop.v2.Cart/' },
    UNARY,
    { ':path': '/shop.v2.Cart/Unary' },
  ],
  ['a method', { service: SERVICE, method: 'Unary' }, { prefix: '/a.B/C' }, UNARY, { ':path': '/a.B/C' }],
  ['a prefix', { prefix: '/v1/' }, { prefix: '/' }, `/v1${UNARY}?q=1`, { ':path': `${UNARY}?q=1` }],
  ['a path', { path: '/old' }, { prefix: '/new' }, '/old?q=1', { ':path': '/new?q=1' }],
  [
    'a host',
    {},
    { host: 'echo.internal:9000' },
    UNARY,
    { ':path': UNARY, ':authority': 'echo.internal:9000' },
  ],
]

t.test(
  'T21: the service sees the new path and host, and the old ones while nothing is rewritten',
  async (t) => {
    if (!requireTool(t, 'envoy')) return
    const { address, seen } = await startWitness(t)
    const routes = Object.fromEntries(
      CASES.flatMap(([, match, rewrite], index) => [
        [`new${index}`, { hosts: [`new${index}.local`], rules: { only: { match, to, rewrite } } }],
        [`old${index}`, { hosts: [`old${index}.local`], rules: { only: { match, to } } }],
      ]),
    )
    const edge = await startEdge(t, { upstreams: { echo: { endpoints: { b1: { address } } } }, routes })
    for (const [index, [title, , , path, expected]] of CASES.entries()) {
      // Calls of gRPC have no query.
      const own = path.includes('?') ? { 'content-type': 'application/json' } : {}
      await callWhole(edge.address, path, { ...own, ':authority': `new${index}.local` })
      t.match(seen.at(-1), { ':authority': `new${index}.local`, ...expected }, title)
      await callWhole(edge.address, path, { ...own, ':authority': `old${index}.local` })
      t.match(seen.at(-1), { ':authority': `old${index}.local`, ':path': path }, `${title}, the twin`)
    }
  },
)

t.test('T21: S39: no rewrite leads to introspection, unless it names the service', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const { address, seen } = await startWitness(t)
  const reflection = '/grpc.reflection.v1.ServerReflection/'
  const rules = {
    slash: { match: { prefix: '/a/' }, to, rewrite: { prefix: '/' } },
    bare: { match: { prefix: '/b' }, to, rewrite: { prefix: '/' } },
    part: { match: { prefix: '/C/', ignoreCase: true }, to, rewrite: { prefix: '/grpc.' } },
    named: { match: { prefix: '/d/' }, to, rewrite: { prefix: reflection } },
  }
  const edge = await startEdge(t, { upstreams: { echo: { endpoints: { b1: { address } } } }, rules })
  const statusOf = async (path: string) => (await callWhole(edge.address, path)).headers['grpc-status']
  const method = 'ServerReflectionInfo'
  for (const path of [
    `/a${reflection}${method}`,
    `/b${reflection}${method}`,
    `/bgrpc.reflection.v1.ServerReflection/${method}`,
    `/c/reflection.v1.ServerReflection/${method}`,
    '/a/envoy.service.status.v3.ClientStatusDiscoveryService/FetchClientStatus',
  ]) {
    t.equal(await statusOf(path), String(status.PERMISSION_DENIED), path)
  }
  t.equal(seen.length, 0)
  t.equal(await statusOf(`/a${UNARY}`), '0', 'the twin: another service')
  t.equal(await statusOf(`/d/${method}`), '0', 'a rule that names it')
  t.equal(seen.at(-1)?.[':path'], reflection + method)
})
