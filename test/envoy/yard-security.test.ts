// `yard up --security` with real parts: `yard set` turns each switch on, and `yard issue` prints tokens.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { testFolder } from '../support/test-folder.ts'
import { runYard, startYard, untilGone } from '../support/yard-with-envoy.ts'

t.test('yard set turns each security switch on', async (t) => {
  const folder = testFolder(t)
  // The path of a socket may have 107 bytes.
  const sockets = await mkdtemp(join(tmpdir(), 'yard-'))
  t.teardown(() => rm(sockets, { recursive: true }))
  const flags = ['--security', '--fleet', 'edge=1', '--backends', '1', '--xds', `unix:${sockets}/xds`]
  const yard = startYard(t, folder, 'up', '--json', ...flags)
  await yard.printed('{"admin"')
  t.match(JSON.parse(yard.stdout()), {
    security: {
      issuer: { address: /^127\./, tokens: /^127\./ },
      authorizer: /^unix:.*authorizer-\d+\.sock$/,
    },
  })
  const set = async (path: string) => t.equal((await runYard(t, folder, 'set', path)).code, 0, path)
  const call = (...args: string[]) => runYard(t, folder, 'call', 'edge', '-n', '2', '-c', '1', ...args)
  /** Polls until a call fails: an ACKed listener may still wait for its keys or certificates. */
  const denied = async (...args: string[]) => {
    for (;;) {
      const answer = await call(...args)
      if (answer.code !== 0) return answer
    }
  }
  const issue = async (...args: string[]) => (await runYard(t, folder, 'issue', ...args)).stdout.trim()
  const [user, nobody] = [await issue('--role', 'user'), await issue('--role', 'nobody')]

  t.match(await call(), { code: 0 }, 'every switch is off')
  await set('fleets.edge.security.jwt.enabled=true')
  t.match(await denied(), { code: 1, output: /Jwt is missing/ })
  t.match(await call('--token', await issue('--audience', 'payments')), { code: 1 })
  t.match(await call('--header', `authorization=Bearer ${nobody}`), { code: 0 })
  await set('fleets.edge.security.opa.enabled=true')
  t.match(await denied('--token', nobody), { code: 1, output: /no role of the caller may call/ })
  t.match(await call('--token', user), { code: 0 })
  await set('fleets.edge.listeners.main.tls.enabled=true')
  const [{ address }] = JSON.parse(yard.stdout()).fleets.edge
  t.match(await denied('--token', user, '--to', address), {
    code: 1,
    output: /: does the listener use TLS\? Then give --ca\n$/,
  })
  t.match(await call('--token', user), { code: 0 }, 'yard call finds the CA and a client certificate')
  const secret = (name: string) => join(folder, 'state', 'testbed', 'secrets', name)
  t.match(await call('--token', user, '--ca', secret('ca.pem')), {
    code: 1,
    output: /: the listener may want a client certificate: --cert and --key\n$/,
  })
  const certificate = ['--cert', secret('client.pem'), '--key', secret('client.key')]
  t.match(await call('--ca', secret('ca.pem'), ...certificate, '--authority', 'elsewhere.local'), {
    code: 1,
    output: /Host: elsewhere\.local\. is not in the cert's altnames: .* … and \d+ more\n$/,
  })
  await set('fleets.edge.listeners.main.tls.requireClient=false')
  const files = ['--ca', secret('ca.pem'), '--to', address]
  for (;;) if ((await call('--token', user, ...files)).code === 0) break
  await rm(secret('client.pem'))
  t.match(await call('--token', user), { code: 0 }, 'no client certificate is needed')
  await rm(secret('ca.pem'))
  t.match(await call('--token', user), { code: 2, output: /TLS needs --ca FILE: .*ca\.pem/ })

  yard.kill('SIGTERM')
  t.equal(await yard.ended, 143)
  await untilGone(folder)
})

t.test('without --security there is no issuer, and yard issue says how to start one', async (t) => {
  const folder = testFolder(t)
  const yard = startYard(t, folder, 'up', '--json', '--fleet', 'edge=1', '--backends', '0')
  await yard.printed('{"admin"')
  t.notHas(JSON.parse(yard.stdout()), { security: {} })
  t.match(await runYard(t, folder, 'issue'), { code: 2, output: /start it with "yard up --security"/ })
})
