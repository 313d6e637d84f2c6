// Virtual hosts with real calls: the :authority of a call picks the entry of `routes`, whatever its port and case.

import type { Message } from '@bufbuild/protobuf'
import type { RouteConfiguration } from '@envoy/xds-protos/envoy/config/route/v3/route_pb.js'
import { status } from '@grpc/grpc-js'
import t from 'tap'
import { callEcho } from '../support/call-echo.ts'
import { connectEcho, startEdge, startEndpoints } from '../support/edge.ts'
import { requireTool } from '../support/requirements.ts'

const to = (upstream: string) => ({ all: { match: {}, to: { [upstream]: 1 } } })

const HOSTS = { ledger: ['ledger.local', '[::1]'], tenants: ['*.ledger.local'], internal: ['internal.*'] }

const CASES: readonly [authority: string, expected: string][] = [
  ['ledger.local', 'ledger'],
  ['ledger.local:10000', 'ledger'],
  ['LEDGER.local:1', 'ledger'],
  ['[::1]:10000', 'ledger'],
  ['blue.ledger.local:10000', 'tenants'],
  ['internal.example', 'internal'],
  ['other.local', 'echo'],
  ['ledger.local.example', 'echo'],
]

/** A host with a port only matches calls to that port, so callers of other ports get the host "*". */
function distinguishPorts(resources: readonly Message[]): void {
  for (const resource of resources) {
    if (resource.$typeName.endsWith('.RouteConfiguration')) {
      const routes = resource as RouteConfiguration
      routes.ignorePortInHostMatching = false
    }
  }
}

t.test('T18: each host has its own rules, and stands for all ports', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const names = ['echo', ...Object.keys(HOSTS)]
  const upstreams = Object.fromEntries(
    await Promise.all(
      names.map(async (name) => [name, { endpoints: await startEndpoints(t, name) }] as const),
    ),
  )
  const routes = Object.fromEntries(
    Object.entries(HOSTS).map(([name, hosts]) => [name, { hosts, rules: to(name) }]),
  )
  const edge = await startEdge(t, { upstreams, routes })
  const answerTo = async (authority: string) => {
    const [answer] = await callEcho(connectEcho(t, edge.address, authority), { count: 1 })
    return answer
  }
  for (const [authority, expected] of CASES) t.equal(await answerTo(authority), expected, authority)

  await edge.serve({ upstreams, routes, edit: distinguishPorts })
  t.equal(await answerTo('ledger.local:10000'), 'echo', 'the twin: Envoy by itself compares the port too')

  const { ledger } = routes
  await edge.serve({ upstreams, routes: { ledger: { ...ledger, rules: {} } } })
  const noRule = connectEcho(t, edge.address, 'ledger.local').unary({})
  await t.rejects(
    noRule,
    { code: status.UNIMPLEMENTED },
    'a call does not fall back to the rules of another host',
  )
  t.equal(await answerTo('other.local'), 'echo')
})
