// Security switches change under load: no authorized call fails when any of them is turned on or off.

import { EchoService } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import { Metadata } from '@grpc/grpc-js'
import t, { type Test } from 'tap'
import { createClient, RpcStatusError } from '../../services/rpc/index.ts'
import { authorizerAt, startTestAuthorizer } from '../support/authorizer.ts'
import { requireTool } from '../support/requirements.ts'
import { type SecuredEdge, startSecuredEdge } from '../support/secured-edge.ts'
import { until } from '../support/until.ts'

const CLIENTS = 4
/** Calls before and after each change, in addition to those during it. */
const CALLS_AROUND = 100

/** `fleets.edge.security` with every switch, some of them on. */
function securityOf(...on: readonly string[]) {
  const enabled = (name: string) => ({ enabled: on.includes(name) })
  return {
    jwt: { ...enabled('jwt'), anyOf: ['main'] },
    // A busy machine must not look like an authorizer that is down.
    opa: { ...enabled('opa'), upstream: 'authorizer', timeout: '10s' },
    rbac: { ...enabled('rbac'), rules: { users: { headers: { 'x-tenant': 'blue' } } } },
  }
}

/** Each step follows the one before it, so each switch goes on and off: alone if calls then pass, together, and one by one. */
const STEPS: readonly (readonly string[])[] = [
  ['jwt'],
  [],
  ['rbac'],
  [],
  ['jwt', 'opa'],
  ['jwt'],
  ['jwt', 'opa', 'rbac'],
  [],
]

/** Makes calls until they are stopped. */
function startCalls(t: Test, edge: SecuredEdge, headers: Readonly<Record<string, string>>) {
  const failed: number[] = []
  let calls = 0
  let isRunning = true
  const waiting: { readonly at: number; readonly resolve: () => void }[] = []
  const work = async () => {
    const client = createClient(EchoService, edge.address, {
      options: { 'grpc.use_local_subchannel_pool': 1 },
    })
    t.teardown(() => client.close())
    while (isRunning) {
      const metadata = Metadata.fromHttp2Headers(headers)
      await client.unary({ message: 'going on' }, { metadata }).catch((error: unknown) => {
        failed.push(error instanceof RpcStatusError ? error.code : -1)
      })
      calls += 1
      for (const { at, resolve } of waiting) if (calls >= at) resolve()
    }
  }
  const workers = Array.from({ length: CLIENTS }, work)
  return {
    further: (more: number) => new Promise<void>((resolve) => waiting.push({ at: calls + more, resolve })),
    stop: async () => {
      isRunning = false
      await Promise.all(workers)
      return { calls, failed }
    },
  }
}

/**
 * A connection keeps its old chain until that one has drained. Only then do all calls use the new chain. It drains from the moment
 * in which the new one is no longer warming; on a busy machine it may be over before anybody looks.
 */
async function untilReplaced({ envoy }: SecuredEdge): Promise<void> {
  await until(async () => (await envoy.admin.draining()) === 0)
}

t.test('no authorized call fails when a switch goes on or off', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const { address } = await startTestAuthorizer(t)
  const upstreams = authorizerAt(address)
  const edge = await startSecuredEdge(t, { security: securityOf(), upstreams })
  const authorization = `Bearer ${await edge.token({ roles: ['user'] })}`
  const load = startCalls(t, edge, { authorization, 'x-tenant': 'blue' })
  for (const on of STEPS) {
    await load.further(CALLS_AROUND)
    await edge.serve({ security: securityOf(...on), upstreams })
    await untilReplaced(edge)
    const { status } = await edge.call()
    t.equal(status === 0, on.length === 0, `${on.join(', ') || 'nothing'} is in force`)
  }
  await load.further(CALLS_AROUND)
  const { calls, failed } = await load.stop()
  t.same(failed, [], `none of ${calls} calls fails`)
})

t.test('the twin: calls that a switch denies fail', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const { address } = await startTestAuthorizer(t)
  const upstreams = authorizerAt(address)
  const edge = await startSecuredEdge(t, { security: securityOf(), upstreams })
  const authorization = `Bearer ${await edge.token({ roles: ['nobody'] })}`
  const unauthorized = { jwt: {}, opa: { authorization, 'x-tenant': 'blue' }, rbac: { authorization } }
  for (const [name, headers] of Object.entries(unauthorized)) {
    const load = startCalls(t, edge, headers)
    await edge.serve({ security: securityOf('jwt', name), upstreams })
    await untilReplaced(edge)
    await load.further(CALLS_AROUND)
    await edge.serve({ security: securityOf(), upstreams })
    const { failed } = await load.stop()
    t.ok(failed.length > 0, `${name}: ${failed.length} calls fail`)
    t.ok(failed.includes(name === 'jwt' ? 16 : 7), `${name}: with its status`)
  }
})
