import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import t, { type Test } from 'tap'
import { endpointClaims, listenerClaims, requireFree } from './addresses.ts'

async function hold(t: Test, host: string): Promise<string> {
  const server = createServer().listen(0, host)
  await once(server, 'listening')
  t.teardown(() => server.close())
  return `${host}:${(server.address() as AddressInfo).port}`
}

t.test('all addresses in use are reported, each with its process', async (t) => {
  const [admin, listener] = [await hold(t, '127.0.0.1'), await hold(t, '127.0.1.1')]
  const held = (path: string, address: string) => ({
    path,
    message: new RegExp(`^${address} is in use by process ${process.pid} \\(.*\\): stop that process`),
  })
  await t.rejects(
    requireFree([
      { path: '--admin', address: admin },
      { path: 'fleets.edge.listeners.main.port', address: listener },
      { path: '--xds', address: '192.0.2.1:1' },
    ]),
    {
      code: 'address-in-use',
      problems: [
        held('--admin', admin),
        held('fleets.edge.listeners.main.port', listener),
        { path: '--xds', message: '192.0.2.1:1 cannot be used (EADDRNOTAVAIL): write another address' },
      ],
    },
  )
})

t.test('free addresses, two claims of one port, and what others validate pass', async (t) => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  const addresses = [
    `127.0.0.1:${port}`,
    `localhost:${port}`,
    '127.0.0.1:0',
    'unix:/run/xds.sock',
    'x',
    '127.0.0.1:99999',
  ]
  await t.resolves(requireFree(addresses.map((address) => ({ path: '--xds', address }))))
})

t.test('the caller says what else a person can do', async (t) => {
  const address = await hold(t, '127.0.0.1')
  await t.rejects(requireFree([{ path: '--xds', address }], 'start without --keep'), {
    code: 'address-in-use',
    problems: [{ message: /: stop that process, or start without --keep$/ }],
  })
})

const DOCUMENT = {
  upstreams: {
    echo: { endpoints: { b1: { address: '127.0.0.1:7101' }, b2: { address: '127.0.0.1:7102' } } },
  },
  fleets: {
    edge: { kind: 'envoy', listeners: { main: { port: 1 }, side: { port: 2 } } },
    canary: { kind: 'envoy', listeners: { main: { port: 1 } } },
    six: { kind: 'envoy', listeners: { main: { port: 3, address: '::1' } } },
  },
}

t.test('each Envoy claims the ports of its listeners, and each backend its endpoint', async (t) => {
  const sizes = new Map([
    ['edge', 1],
    ['canary', 2],
    ['six', 1],
  ])
  t.same(listenerClaims(DOCUMENT, sizes), [
    { path: 'fleets.edge.listeners.main.port', address: '127.0.1.1:1' },
    { path: 'fleets.edge.listeners.side.port', address: '127.0.1.1:2' },
    { path: 'fleets.canary.listeners.main.port', address: '127.0.1.2:1' },
    { path: 'fleets.canary.listeners.main.port', address: '127.0.1.3:1' },
    { path: 'fleets.six.listeners.main.port', address: '[::1]:3' },
  ])
  t.same(endpointClaims(DOCUMENT, 1, []), [
    { path: 'upstreams.echo.endpoints.b1.address', address: '127.0.0.1:7101' },
  ])
})
