// An authorizer that refuses a check before it looks at it, as one that drains does: Envoy asks once more.

import { constants } from 'node:http2'
import { Authorization } from '@envoy/xds-protos/envoy/service/auth/v3/external_auth_pb.js'
import t from 'tap'
import { authorizerAt } from '../support/authorizer.ts'
import { requireTool } from '../support/requirements.ts'
import { startSecuredEdge } from '../support/secured-edge.ts'
import { startStallingService } from '../support/stalling-service.ts'

const OK = 0
const PERMISSION_DENIED = 7
const CHECK = `/${Authorization.typeName}/Check`

t.test('S31: a check that an authorizer refuses unseen is made once more, and no other one is', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const ends: number[] = []
  let checks = 0
  // A message without fields allows the call.
  const address = await startStallingService(t, CHECK, (stream) => {
    checks += 1
    const end = ends.shift()
    if (end !== undefined) stream.close(end)
    return end !== undefined
  })
  const edge = await startSecuredEdge(t, {
    security: { opa: { enabled: true, upstream: 'authorizer', timeout: '10s' } },
    upstreams: authorizerAt(address),
  })
  const callWith = async (...codes: readonly number[]) => {
    ends.push(...codes)
    checks = 0
    const { status } = await edge.call()
    return { status, checks }
  }
  const { NGHTTP2_REFUSED_STREAM: refused, NGHTTP2_INTERNAL_ERROR: failed } = constants
  t.same(await callWith(), { status: OK, checks: 1 })
  t.same(await callWith(refused), { status: OK, checks: 2 })
  t.same(await callWith(refused, refused), { status: PERMISSION_DENIED, checks: 2 })
  t.same(await callWith(failed), { status: PERMISSION_DENIED, checks: 1 }, 'it may have been seen')
})
