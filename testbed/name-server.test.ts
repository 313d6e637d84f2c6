// The DNS server answers Node's own resolver.

import { Resolver } from 'node:dns/promises'
import t from 'tap'
import { startNameServer } from './name-server.ts'

t.test('a name has every address, and no record of another type', async (t) => {
  const server = await startNameServer(['127.0.0.2', '127.0.0.3'])
  t.teardown(() => server.close())
  const resolver = new Resolver()
  resolver.setServers([server.address])
  t.same(await resolver.resolve4('echo.example'), ['127.0.0.2', '127.0.0.3'])
  await t.rejects(resolver.resolve6('echo.example'), { code: 'ENODATA' })
  await t.rejects(resolver.resolveTxt('_grpc_config.echo.example'), { code: 'ENODATA' })
  t.equal(server.queries(), 1, 'only questions for IPv4 addresses count')

  server.set(['127.0.0.4'])
  t.same(await resolver.resolve4('echo.example'), ['127.0.0.4'], 'other addresses from now on')
})
