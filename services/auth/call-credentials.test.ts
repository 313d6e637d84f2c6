// Per-RPC credentials on a real TLS channel: each call carries a token, and plaintext carries none.

import { EchoService } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import { credentials, Server, status } from '@grpc/grpc-js'
import t, { type Test } from 'tap'
import { Authority } from '../../testbed/certificates/authority.ts'
import { DrainingListener } from '../draining-listener.ts'
import { echoService } from '../echo.ts'
import { addService, createClient } from '../rpc/index.ts'
import { secureCredentials, tokenCredentials } from './call-credentials.ts'
import type { TokenSource } from './token-source.ts'

const options = { 'grpc.ssl_target_name_override': 'echo.test' }

/** An echo service with TLS, the `authorization` of each call that it received, and the CA of its certificate. */
async function openSecureEcho(t: Test) {
  const authority = await Authority.create('mesh')
  const { certificate, key } = await authority.issue({ name: 'echo', dns: ['echo.test'] })
  const pair = { cert: Buffer.from(certificate), key: Buffer.from(key) }
  const seen: unknown[] = []
  const grpc = new Server()
  const echo = echoService('b1')
  addService(grpc, EchoService, {
    ...echo,
    unary: (request, context) => {
      seen.push(...context.metadata.get('authorization'))
      return echo.unary(request, context)
    },
  })
  const listener = new DrainingListener(grpc, {
    files: { contents: pair, onRenewal: () => {} },
    allowPlaintext: false,
  })
  const address = await listener.listen({ host: '127.0.0.1', port: 0 })
  t.teardown(() => listener.close(0))
  return { address, seen, ca: Buffer.from(authority.issued.certificate) }
}

/** Gives one value per call: `first`, `second` and so on. Fails after the last one. */
function tokensOf(...tokens: string[]): TokenSource {
  return {
    get: async () => {
      const token = tokens.shift()
      if (token === undefined) throw new Error('the issuer is down')
      return token
    },
    discard: () => {},
  }
}

t.test('O6.5: each call carries the token that is valid when it starts', async (t) => {
  const { address, seen, ca } = await openSecureEcho(t)
  const client = createClient(EchoService, address, {
    credentials: secureCredentials(tokensOf('first', 'second'), { ca }),
    options,
  })
  t.teardown(() => client.close())
  await client.unary({ message: 'one' })
  await client.unary({ message: 'two' })
  t.same(seen, ['Bearer first', 'Bearer second'])
  await t.rejects(client.unary({ message: 'three' }), { code: status.UNAVAILABLE }, 'without a token')
  t.equal(seen.length, 2, 'and the server did not receive that call')
})

t.test('O6.5: the token is sent only to a server whose certificate the authority signed', async (t) => {
  const { address, seen } = await openSecureEcho(t)
  const { issued } = await Authority.create('mesh')
  const client = createClient(EchoService, address, {
    credentials: secureCredentials(tokensOf('first'), { ca: Buffer.from(issued.certificate) }),
    options,
  })
  t.teardown(() => client.close())
  await t.rejects(client.unary({ message: 'one' }), { code: status.UNAVAILABLE })
  t.same(seen, [])
  t.throws(
    () =>
      credentials.combineChannelCredentials(
        credentials.createInsecure(),
        tokenCredentials(tokensOf('first')),
      ),
    'nor over plaintext',
  )
})
