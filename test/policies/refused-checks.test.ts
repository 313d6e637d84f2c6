// An authorizer that refuses a check before it looks at it, as one that drains does: Envoy asks once more.

import { once } from 'node:events'
import { constants, createServer, type Http2Session, type ServerHttp2Stream } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { Authorization } from '@envoy/xds-protos/envoy/service/auth/v3/external_auth_pb.js'
import t from 'tap'
import { EMPTY_GRPC_FRAME } from '../../core/grpc-framing.ts'
import { authorizerAt } from '../support/authorizer.ts'
import { requireTool } from '../support/requirements.ts'
import { startSecuredEdge } from '../support/secured-edge.ts'

const OK = 0
const PERMISSION_DENIED = 7
const CHECK = `/${Authorization.typeName}/Check`
const HEADERS = { ':status': 200, 'content-type': 'application/grpc' }

t.test('S31: a check that an authorizer refuses unseen is made once more, and no other one is', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const ends: number[] = []
  const checks: unknown[] = []
  const sessions = new Set<Http2Session>()
  const server = createServer()
  server.on('session', (session) => sessions.add(session))
  server.on('stream', (stream: ServerHttp2Stream, headers) => {
    checks.push(headers[':path'])
    stream.on('error', () => {})
    const end = ends.shift()
    if (end !== undefined) return stream.close(end)
    stream.respond(HEADERS, { waitForTrailers: true })
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }))
    stream.resume()
    // A message without fields allows the call.
    stream.end(EMPTY_GRPC_FRAME)
  })
  t.teardown(() => {
    for (const session of sessions) session.destroy()
    server.close()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const edge = await startSecuredEdge(t, {
    security: { opa: { enabled: true, upstream: 'authorizer', timeout: '10s' } },
    upstreams: authorizerAt(`127.0.0.1:${port}`),
  })
  const callWith = async (...codes: readonly number[]) => {
    ends.push(...codes)
    checks.length = 0
    const { status } = await edge.call()
    return { status, checks: [...checks] }
  }
  const { NGHTTP2_REFUSED_STREAM: refused, NGHTTP2_INTERNAL_ERROR: failed } = constants
  t.same(await callWith(), { status: OK, checks: [CHECK] })
  t.same(await callWith(refused), { status: OK, checks: [CHECK, CHECK] })
  t.same(await callWith(refused, refused), { status: PERMISSION_DENIED, checks: [CHECK, CHECK] })
  t.same(await callWith(failed), { status: PERMISSION_DENIED, checks: [CHECK] }, 'it may have been seen')
})
