// The flags of ghz for a plan.

import t from 'tap'
import type { LoadPlan } from '../loader/load-plan.ts'
import { ghzFlags } from './ghz-flags.ts'

const FILES = { request: 'request.json', output: 'out.json' }
const PLAN = {
  target: '127.0.0.1:7000',
  connections: 4,
  loop: { kind: 'open', callsPerSecond: 200 },
  calls: { kind: 'unary', delayMs: 5 },
  warmUpSeconds: 1,
  seconds: 4,
} as const satisfies LoadPlan

const flagsOf = (plan: LoadPlan & { readonly seconds: number }) => ghzFlags(plan, FILES).join(' ')

t.test('a plan becomes flags', async (t) => {
  const open = flagsOf(PLAN)
  t.match(open, '--call switchyard.echo.v1.EchoService/Unary --data-file request.json')
  t.match(open, '--connections 4 --timeout 10010ms --duration 5s --duration-stop wait')
  t.match(open, '--rps 200')
  t.match(open, '--insecure')
  t.match(open, '--format json --output out.json 127.0.0.1:7000')
  const closed = flagsOf({ ...PLAN, loop: { kind: 'closed', concurrency: 8 }, metadata: { 'x-user': 'a' } })
  t.match(closed, '--concurrency 8')
  t.match(closed, '--metadata {"x-user":"a"}')
  t.notMatch(closed, '--rps')
})

t.test('O8.12: a target may be a Unix socket', async (t) => {
  t.match(flagsOf({ ...PLAN, target: 'unix:/tmp/a.sock' }), /out.json unix:\/tmp\/a.sock$/)
  t.throws(() => flagsOf({ ...PLAN, target: 'unix:' }), {
    code: 'invalid-argument',
    problems: [{ path: 'target' }],
  })
})

t.test('TLS is by files', async (t) => {
  const tls = { ca: 'ca.pem', certificate: 'a.pem', key: 'a.key', serverName: 'echo' }
  const flags = flagsOf({ ...PLAN, tls, calls: { kind: 'server-stream', messages: 3 } })
  t.match(flags, '--cacert ca.pem --cert a.pem --key a.key --cname echo')
  t.match(flags, 'EchoService/ServerStream')
  t.notMatch(flags, '--insecure')
})

t.test('O7.7: a target is a host and port or a Unix socket', async (t) => {
  t.match(flagsOf({ ...PLAN, target: 'unix:/run/echo.sock' }), '--output out.json unix:/run/echo.sock')
  for (const target of ['echo', 'unix:', 'unix:echo.sock', 'dns:///echo:7000']) {
    t.throws(
      () => flagsOf({ ...PLAN, target }),
      { code: 'invalid-argument', problems: [{ path: 'target' }] },
      target,
    )
  }
})

t.test('what ghz does not do is rejected, all at once', async (t) => {
  const plan: LoadPlan & { readonly seconds: number } = {
    ...PLAN,
    target: 'xds:///echo',
    targets: ['a:1'],
    calls: { kind: 'bidirectional', messages: 2 },
    loop: { kind: 'closed', concurrency: 1 },
    serviceConfig: {},
    xdsCredentials: true,
  }
  t.throws(() => ghzFlags(plan, FILES), {
    code: 'invalid-argument',
    problems: [
      { path: 'target' },
      { path: 'targets' },
      { path: 'calls.kind' },
      { path: 'serviceConfig' },
      { path: 'xdsCredentials' },
      { path: 'loop.concurrency' },
    ],
  })
  t.throws(() => flagsOf({ ...PLAN, loop: { kind: 'open', callsPerSecond: 0.5 } }), {
    code: 'invalid-argument',
    problems: [{ path: 'loop.callsPerSecond' }],
  })
})
