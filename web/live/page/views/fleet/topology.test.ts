// The topology of real resources: those of golden documents.

import { readdirSync, readFileSync } from 'node:fs'
import t from 'tap'
import { parse } from 'yaml'
import { CLUSTER, ENDPOINT } from './resource-types.ts'
import { type Topology, topologyOf } from './topology.ts'

const GOLDENS = new URL('../../../../../test/golden/', import.meta.url)

type Golden = Record<string, { resource: { '@type': string; name?: string; clusterName?: string } }[]>

/** Of each fleet of a golden document what `GET /v1/snapshots/{fleet}` answers. */
function snapshotsOf(name: string) {
  const golden: Golden = parse(readFileSync(new URL(`${name}.out.yaml`, GOLDENS), 'utf8'))
  return Object.entries(golden).map(([fleet, resources]) => {
    const types: Record<string, { version: string; resources: Record<string, unknown> }> = {}
    for (const { resource } of resources) {
      types[resource['@type']] ??= { version: '1', resources: {} }
      const { resources: byName = {} } = types[resource['@type']] ?? {}
      byName[resource.clusterName ?? resource.name ?? ''] = resource
    }
    return { fleet, snapshot: types }
  })
}

const snapshotOf = (name: string, wanted = 'edge') =>
  snapshotsOf(name).find(({ fleet }) => fleet === wanted)?.snapshot ?? {}

const draw = ({ links }: Topology) =>
  links.map(
    ({ from, to, share, aside }) => `${from} ${aside ? '··' : '→'} ${to} ${Math.round(share * 100)} %`,
  )

t.test('listeners lead over rules and upstreams to backends, with the configured shares', async (t) => {
  const topology = topologyOf(snapshotOf('all-at-once'), (upstream, address) =>
    upstream === 'echo' && address === '127.0.0.1:7101' ? 'b1' : undefined,
  )
  t.same(draw(topology), [
    'listener main → rule main public 0 100 %',
    'rule main public 0 → upstream echo 90 %',
    'rule main public 0 → upstream echo-v2 10 %',
    'listener main → rule main public 1 100 %',
    'rule main public 1 → upstream echo 100 %',
    'upstream echo → backend echo 127.0.0.1:7101 25 %',
    'upstream echo → backend echo 127.0.0.1:7102 50 %',
    'upstream echo → backend echo unix:/run/switchyard/b3.sock 25 %',
    'upstream echo-v2 → backend echo-v2 127.0.0.1:7201 100 %',
  ])
  const lines = topology.items.map(({ title, detail, health }) => `${title} | ${detail} | ${health}`)
  t.same(lines.sort(), [
    '127.0.0.1:7102 | 127.0.0.1:7102 · weight 2 | healthy',
    '127.0.0.1:7201 | 127.0.0.1:7201 | healthy',
    'b1 | 127.0.0.1:7101 | healthy',
    'canary | switchyard.echo.v1.EchoService/Unary · x-canary: 1 | healthy',
    'echo | round_robin · health check | healthy',
    'echo | switchyard.echo.v1.EchoService/* · timeout 5s | healthy',
    'echo-v2 | ring_hash | healthy',
    'main | L7 · port 10000 | healthy',
    'unix:/run/switchyard/b3.sock | unix:/run/switchyard/b3.sock · draining | draining',
  ])
})

t.test('in mode l4 a listener leads to its upstream without rules', async (t) => {
  const topology = topologyOf(snapshotOf('mode-l4'))
  t.match(draw(topology)[0], /^listener main → upstream echo 100 %$/)
  t.notOk(topology.items.some(({ column }) => column === 'rule'))
})

t.test('gRPC clients without a proxy have a topology too', async (t) => {
  const topology = topologyOf(snapshotOf('proxyless', 'clients'))
  const listeners = topology.items.filter(({ column }) => column === 'listener')
  t.ok(listeners.length > 0)
  for (const { title, detail } of listeners) t.equal(detail, `L7 · xds:///${title}`)
  t.ok(topology.items.some(({ column }) => column === 'backend'))
})

t.test('an aggregate leads to its members, and a DNS name is a backend', async (t) => {
  const topology = topologyOf(snapshotOf('upstream-sources'))
  const drawn = draw(topology)
  t.ok(drawn.includes('upstream first-listed → upstream listed 100 %'))
  t.ok(drawn.includes('upstream name → backend name echo.internal:7101 100 %'))
  const detailOf = (id: string) => topology.items.find((item) => item.id === id)?.detail
  t.equal(detailOf('upstream first-listed'), 'first healthy of 2')
  t.equal(detailOf('upstream name'), 'round_robin · DNS')
})

t.test('what a filter calls is beside the way of the traffic', async (t) => {
  t.ok(draw(topologyOf(snapshotOf('security-opa'))).some((one) => /^listener \w+ ·· upstream /.test(one)))
})

t.test('what is referred to and not served is shown as missing', async (t) => {
  const snapshot = snapshotOf('all-at-once')
  const { [CLUSTER]: _, ...withoutClusters } = snapshot
  const missing = topologyOf(withoutClusters).items.filter(({ health }) => health === 'missing')
  t.same(
    missing.map(({ title }) => title),
    ['echo', 'echo-v2'],
  )
  const { [ENDPOINT]: __, ...withoutEndpoints } = snapshot
  t.notOk(topologyOf(withoutEndpoints).items.some(({ column }) => column === 'backend'))
})

t.test('access logs to the control plane lead to it, beside the traffic', async (t) => {
  const { items, links } = topologyOf(snapshotOf('access-log'))
  const { id, ...item } = items.find(({ title }) => title === 'control plane') ?? { id: '' }
  t.match(item, { column: 'upstream', detail: 'takes access logs', health: 'healthy' })
  t.ok(links.some(({ to, aside }) => to === id && aside))
})

t.test('every golden fleet has a topology whose links lead to its items', async (t) => {
  const names = readdirSync(GOLDENS).filter((file) => file.endsWith('.out.yaml'))
  for (const name of names.map((file) => file.slice(0, -'.out.yaml'.length))) {
    for (const { fleet, snapshot } of snapshotsOf(name)) {
      const { items, links } = topologyOf(snapshot)
      const ids = new Set(items.map(({ id }) => id))
      const loose = links.filter(({ from, to }) => !ids.has(from) || !ids.has(to))
      t.same(loose, [], `${name}, ${fleet}: links`)
      t.same(
        items.filter(({ health }) => health === 'missing'),
        [],
        `${name}, ${fleet}: nothing is missing`,
      )
    }
  }
})
