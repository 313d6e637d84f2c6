// `filters.cors` with real calls: which preflights pass, what answers allow, and that no other filter sees a preflight.

import { status } from '@grpc/grpc-js'
import t from 'tap'
import { startEdge, startEndpoints } from '../support/edge.ts'
import { moveBehindOthers } from '../support/edit-filter-chains.ts'
import { requireTool } from '../support/requirements.ts'
import { startSecuredEdge } from '../support/secured-edge.ts'
import { APP, askFirst, callWebEcho } from '../support/web-echo.ts'

const EVIL = 'http://evil.example'
const ALLOWED = 'access-control-allow-origin'
const CREDENTIALS = 'access-control-allow-credentials'
const EXPOSED = 'access-control-expose-headers'
const OWN_EXPOSED = 'grpc-status, grpc-message, grpc-status-details-bin'

t.test('T23: pages of allowed origins may call and read the status, and others may not', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const endpoints = await startEndpoints(t, 'b1')
  const served = (cors: object) => ({
    upstreams: { echo: { endpoints } },
    fleet: { filters: { grpcWeb: { enabled: true }, cors } },
  })
  const edge = await startEdge(t, served({ enabled: false, origins: [APP] }))
  const off = await askFirst(edge, APP)
  t.match(off, { http: 415 }, 'off: the service gets the preflight')
  t.notOk(off.headers[ALLOWED])

  await edge.serve(served({ enabled: true, origins: [APP] }))
  t.match(await askFirst(edge, APP), {
    http: 200,
    headers: {
      [ALLOWED]: APP,
      'access-control-allow-methods': 'POST',
      'access-control-allow-headers': 'content-type, x-grpc-web, x-user-agent, grpc-timeout',
      'access-control-max-age': '600',
    },
  })
  const called = await callWebEcho(edge, {}, { headers: { origin: APP } })
  t.match(called, { status: status.OK, headers: { [ALLOWED]: APP, [EXPOSED]: OWN_EXPOSED } })
  t.notOk(called.headers[CREDENTIALS])

  const refused = await askFirst(edge, EVIL)
  t.equal(refused.http, 200, 'a refused preflight is answered too, and goes no further')
  t.notOk(refused.headers[ALLOWED])
  const denied = await callWebEcho(edge, {}, { headers: { origin: EVIL } })
  t.equal(
    denied.status,
    status.OK,
    'the call itself is not denied: the browser keeps the answer from the page',
  )
  t.notOk(denied.headers[ALLOWED])
})

t.test('T23: credentials, metadata, headers to read and the age of a preflight are as written', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const endpoints = await startEndpoints(t, 'b1')
  const policy = { credentials: true, headers: ['authorization'], expose: ['x-request-id'], maxAge: '90s' }
  const edge = await startEdge(t, {
    upstreams: { echo: { endpoints } },
    fleet: { filters: { grpcWeb: { enabled: true }, cors: { enabled: true, origins: [APP], ...policy } } },
  })
  t.match((await askFirst(edge, APP)).headers, {
    [CREDENTIALS]: 'true',
    'access-control-allow-headers': /, authorization$/,
    'access-control-max-age': '90',
  })
  t.match((await callWebEcho(edge, {}, { headers: { origin: APP } })).headers, {
    [CREDENTIALS]: 'true',
    [EXPOSED]: `${OWN_EXPOSED}, x-request-id`,
  })
})

const ORIGINS: readonly [written: string, allowed: readonly string[], refused: readonly string[]][] = [
  [APP, [APP], [`${APP}:8080`, 'https://app.example', `${APP}.evil.example`]],
  [
    'https://*.app.example:8443',
    ['https://a.app.example:8443', 'https://a.b.app.example:8443'],
    ['https://app.example:8443', 'https://a.appxexample:8443', 'https://evil.example/.app.example:8443'],
  ],
  ['*', [APP, EVIL, 'null'], []],
]

t.test('T23: an origin is compared whole, subdomains by a star', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const endpoints = await startEndpoints(t, 'b1')
  const served = (origin: string) => ({
    upstreams: { echo: { endpoints } },
    fleet: { filters: { cors: { enabled: true, origins: [origin] } } },
  })
  const edge = await startEdge(t, served(APP))
  for (const [written, allowed, refused] of ORIGINS) {
    await edge.serve(served(written))
    for (const origin of allowed) t.equal((await askFirst(edge, origin)).headers[ALLOWED], origin, written)
    for (const origin of refused)
      t.notOk((await askFirst(edge, origin)).headers[ALLOWED], `${written}: ${origin}`)
  }
})

t.test('T23: the pages of a rule take the place of those of the fleet, with nothing of theirs', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const endpoints = await startEndpoints(t, 'b1')
  const to = { echo: 1 }
  const match = (method: string) => ({ service: 'switchyard.echo.v1.EchoService', method })
  const partner = 'http://partner.example'
  const served = (enabled: boolean) => ({
    upstreams: { echo: { endpoints } },
    rules: {
      own: { match: match('Unary'), to, filters: { cors: { origins: [partner] } } },
      none: { match: match('ServerStream'), to, filters: { cors: {} } },
      all: { match: {}, to },
    },
    listener: { http1: true },
    fleet: {
      filters: {
        cors: {
          enabled,
          origins: [APP],
          credentials: true,
          headers: ['authorization'],
          expose: ['x-request-id'],
        },
      },
    },
  })
  const edge = await startEdge(t, served(true))
  const allowed = async () =>
    await Promise.all(
      ['Unary', 'ServerStream', 'ClientStream'].map(async (method) =>
        Promise.all(
          [APP, partner].map(
            async (origin) => (await askFirst(edge, origin, method)).headers[ALLOWED] === origin,
          ),
        ),
      ),
    )
  t.same(await allowed(), [
    [false, true],
    [false, false],
    [true, false],
  ])
  const { headers } = await askFirst(edge, partner)
  t.notOk(headers[CREDENTIALS])
  t.equal(headers['access-control-allow-headers'], 'content-type, x-grpc-web, x-user-agent, grpc-timeout')

  await edge.serve(served(false))
  t.same((await allowed()).flat(), Array(6).fill(false), 'the filter is off')
})

t.test('T23: no preflight needs a token, and pages can read why a call was denied', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const secured = {
    security: { jwt: { enabled: true, anyOf: ['main'] } },
    filters: {
      grpcWeb: { enabled: true },
      cors: { enabled: true, origins: [APP], headers: ['authorization'] },
    },
  }
  const edge = await startSecuredEdge(t, secured)
  t.match(await askFirst(edge, APP), { http: 200, headers: { [ALLOWED]: APP } })
  t.equal(edge.seen.length, 0)
  const denied = await callWebEcho(edge, {}, { headers: { origin: APP } })
  t.match(denied, { status: status.UNAUTHENTICATED, headers: { [ALLOWED]: APP, [EXPOSED]: OWN_EXPOSED } })
  const authorization = `Bearer ${await edge.token()}`
  t.equal((await callWebEcho(edge, {}, { headers: { origin: APP, authorization } })).status, status.OK)
  const { http } = await askFirst(edge, EVIL)
  t.equal(http, 200, 'those of others go no further either')
  t.equal(edge.seen.length, 1)

  await edge.serve({ ...secured, edit: moveBehindOthers('cors') })
  t.match(await askFirst(edge, APP), { http: 401 }, 'the twin: behind the check of tokens')
})
