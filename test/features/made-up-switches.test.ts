// A made-up switch for each attach point, declared as docs/adding-a-switch.md says. Schema, validation, translation, message
// registry and JSON follow from the lists, so a new switch needs no other change.

import { create, type Message } from '@bufbuild/protobuf'
import { anyPack } from '@bufbuild/protobuf/wkt'
import { ClusterSchema } from '@envoy/xds-protos/envoy/config/cluster/v3/cluster_pb.js'
import { BandwidthLimitSchema } from '@envoy/xds-protos/envoy/extensions/filters/http/bandwidth_limit/v3/bandwidth_limit_pb.js'
import t from 'tap'
import { Type } from 'typebox'
import type { Config } from '../../control-plane/document/model.ts'
import { toProblem } from '../../control-plane/document/problem.ts'
import { createConfigCheck } from '../../control-plane/document/validate.ts'
import { warningsOf } from '../../control-plane/document/warnings.ts'
import {
  endpointSwitch,
  fleetSwitch,
  httpFilterSwitch,
  lbOptionSwitch,
  listenerSwitch,
  ruleSwitch,
  upstreamSwitch,
} from '../../control-plane/switches/attach-points.ts'
import { declaredMessages, SWITCHES, type Switches } from '../../control-plane/switches/switches.ts'
import { createTranslator } from '../../control-plane/translate/translate.ts'
import { createMessageRegistry, createResources, SnapshotCache } from '../../xds-server/index.ts'
import { snapshotToJson } from '../../xds-server/snapshot/snapshot-json.ts'
import { sampleWith } from '../support/sample-config.ts'

const text = (description: string) => Type.String({ description })
const onlyEnvoys = ['envoy'] as const

/** Packs the config of the filter, or of its override in a rule. */
function toLimit({ prefix }: { readonly prefix: string }) {
  return anyPack(BandwidthLimitSchema, create(BandwidthLimitSchema, { statPrefix: prefix }))
}

const rateLimit = httpFilterSwitch({
  name: 'bandwidth_limit',
  after: ['rbac'],
  field: 'rateLimit',
  room: 'filters',
  appliesTo: onlyEnvoys,
  messages: [BandwidthLimitSchema],
  schema: Type.Object(
    {
      enabled: Type.Boolean({ description: 'true or false' }),
      prefix: Type.Optional(Type.String({ default: 'limit', description: 'a prefix' })),
      upstream: Type.Optional(text('the name of an upstream')),
    },
    { additionalProperties: false, description: 'a rate limit such as { enabled: true }' },
  ),
  references: ({ upstream }) =>
    upstream === undefined ? [] : [{ steps: ['upstream'], to: 'upstreams', name: upstream }],
  toExtension: toLimit,
  resources: ({ prefix }) => [
    { name: `made-up-${prefix}`, resource: create(ClusterSchema, { name: `made-up-${prefix}` }) },
  ],
  rule: {
    schema: Type.Object(
      { prefix: text('a prefix') },
      { additionalProperties: false, description: 'a rate limit such as { prefix: a }' },
    ),
    toExtension: toLimit,
  },
})

const MADE_UP: Switches = {
  ...SWITCHES,
  endpoints: [
    ...SWITCHES.endpoints,
    endpointSwitch({
      field: 'hostname',
      schema: text('a host name'),
      appliesTo: onlyEnvoys,
      toLbEndpoint: (hostname) => ({ hostIdentifier: { case: 'endpoint', value: { hostname } } }),
    }),
  ],
  upstreams: [
    ...SWITCHES.upstreams,
    upstreamSwitch({
      field: 'counters',
      schema: text('a name for counters'),
      appliesTo: onlyEnvoys,
      toCluster: (altStatName) => ({ altStatName }),
    }),
    upstreamSwitch({
      field: 'channelz',
      schema: Type.Boolean({ description: 'true or false' }),
      appliesTo: ['proxyless'],
      toCluster: () => ({}),
    }),
  ],
  lbOptions: [
    ...SWITCHES.lbOptions,
    lbOptionSwitch({
      field: 'closeConnections',
      schema: Type.Boolean({ default: true, description: 'true or false' }),
      appliesTo: onlyEnvoys,
      toCluster: (closeConnectionsOnHostSetChange) => ({
        commonLbConfig: { closeConnectionsOnHostSetChange },
      }),
    }),
  ],
  rules: [
    ...SWITCHES.rules,
    ruleSwitch({
      field: 'rewrite',
      schema: text('a prefix'),
      appliesTo: onlyEnvoys,
      alsoOfFleet: true,
      toRouteAction: (prefixRewrite) => ({ prefixRewrite }),
    }),
  ],
  listeners: [
    ...SWITCHES.listeners,
    listenerSwitch({
      field: 'counters',
      schema: text('a name for counters'),
      appliesTo: onlyEnvoys,
      toListener: () => ({ trafficDirection: 1 }),
      toHttpConnectionManager: (serverName) => ({ serverName }),
    }),
  ],
  fleets: [
    ...SWITCHES.fleets,
    fleetSwitch({
      field: 'via',
      schema: text('a name'),
      appliesTo: onlyEnvoys,
      toHttpConnectionManager: (via) => ({ via }),
    }),
  ],
  httpFilters: [...SWITCHES.httpFilters.slice(0, -1), rateLimit, ...SWITCHES.httpFilters.slice(-1)],
}

const written = () => ({
  'fleets.edge.lb.mode': 'l7',
  'upstreams.echo.endpoints.b1.hostname': 'of-an-endpoint',
  'upstreams.echo.counters': 'of-an-upstream',
  'upstreams.echo.lb': { policy: 'random', closeConnections: true },
  'routes.public.rules.echo.rewrite': '/of-a-rule',
  'routes.public.rules.echo.filters': { rateLimit: { prefix: 'of-a-rule-filter' } },
  'fleets.edge.rewrite': '/of-a-fleet',
  'fleets.edge.listeners.main.counters': 'of-a-listener',
  'fleets.edge.via': 'of-the-manager',
  'fleets.edge.filters': { rateLimit: { enabled: true, prefix: 'of-a-filter', upstream: 'unused' } },
})

const check = createConfigCheck(MADE_UP)
const translateMadeUp = createTranslator(MADE_UP)
const messages = createMessageRegistry(declaredMessages(MADE_UP), { unknown: 'reject' })

function accepted(config: unknown): Config {
  const checked = check(config)
  if ('config' in checked) return checked.config
  throw new Error(JSON.stringify(checked.problems))
}

function jsonOf(resources: readonly Message[]): string {
  const cache = new SnapshotCache({ messages })
  return JSON.stringify(snapshotToJson(cache.setSnapshot('edge', resources), messages))
}

const problemsOf = (changes: Readonly<Record<string, unknown>>) => {
  const checked = check(sampleWith({ ...written(), ...changes }))
  return 'problems' in checked ? checked.problems.map(toProblem) : []
}

t.test('each made-up switch is a field of the document and appears in the resources', async (t) => {
  const { resources, provenance } = translateMadeUp(accepted(sampleWith(written())), 'edge')
  const json = jsonOf(resources)
  const expected = [
    '"hostname":"of-an-endpoint"',
    '"altStatName":"of-an-upstream"',
    '"closeConnectionsOnHostSetChange":true',
    '"prefixRewrite":"/of-a-rule"',
    '"prefixRewrite":"/of-a-fleet"',
    '"statPrefix":"of-a-rule-filter"',
    '"trafficDirection":"INBOUND"',
    '"serverName":"of-a-listener"',
    '"via":"of-the-manager"',
    '"statPrefix":"of-a-filter"',
    '"name":"made-up-of-a-filter"',
    '"name":"unused"',
  ]
  for (const part of expected) t.ok(json.includes(part), part)
  t.notMatch(json, /"size":/, 'no message is unknown')
  const from = provenance.get('type.googleapis.com/envoy.config.cluster.v3.Cluster made-up-of-a-filter')
  t.equal(from, 'fleets.edge.filters.rateLimit')
})

t.test('a made-up filter has its place in the list, and is missing while it is off', async (t) => {
  const names = (config: Config) =>
    jsonOf(translateMadeUp(config, 'edge').resources).match(/envoy\.filters\.http\.\w+(?=","typedConfig)/g)
  const on = sampleWith(written())
  t.same(names(on)?.slice(-2), ['envoy.filters.http.bandwidth_limit', 'envoy.filters.http.router'])
  const off = sampleWith({ ...written(), 'fleets.edge.filters.rateLimit.enabled': false })
  t.notMatch(jsonOf(translateMadeUp(off, 'edge').resources), /bandwidth_limit|of-a-rule-filter/)
})

t.test('without the made-up lists the same document has unknown fields', async (t) => {
  const checked = createConfigCheck(SWITCHES)(sampleWith(written()))
  const paths = 'problems' in checked ? checked.problems.map(toProblem).map(({ path }) => path) : []
  for (const path of ['upstreams.echo.counters', 'fleets.edge.via', 'fleets.edge.filters.rateLimit']) {
    t.ok(paths.includes(path), path)
  }
})

t.test('problems of made-up switches follow from their declarations', async (t) => {
  t.same(problemsOf({}), [], 'the accepted twin')
  t.match(problemsOf({ 'fleets.edge.via': 5 }), [
    { path: 'fleets.edge.via', message: /^must be a name, not 5/ },
  ])
  t.match(problemsOf({ 'fleets.edge.filters.rateLimit.upstream': 'nowhere' }), [
    { path: 'fleets.edge.filters.rateLimit.upstream', message: /^unknown upstream "nowhere"/ },
  ])
  const unknownToEnvoys = accepted(sampleWith({ ...written(), 'upstreams.echo.channelz': true }))
  t.match(
    warningsOf(unknownToEnvoys, MADE_UP).map(toProblem),
    [{ path: 'upstreams.echo.channelz', message: /has no effect in fleet edge, whose kind is envoy/ }],
    'another fleet may need what an upstream has',
  )
})

t.test('a message that a switch packs and does not declare is an internal error', async (t) => {
  const undeclared = createMessageRegistry(declaredMessages(SWITCHES), { unknown: 'reject' })
  const { resources } = translateMadeUp(accepted(sampleWith(written())), 'edge')
  t.doesNotThrow(() => createResources(resources, { messages }))
  t.throws(() => createResources(resources, { messages: undeclared }), {
    code: 'internal',
    message:
      /packs type\.googleapis\.com\/envoy\.extensions\.filters\.http\.bandwidth_limit\.v3\.BandwidthLimit/,
  })
})

t.test('two switches that set one field to different values are an internal error', async (t) => {
  const [first] = MADE_UP.upstreams.filter(({ field }) => field === 'counters')
  const twin = { ...first, field: 'twin', schema: text('a name'), appliesTo: onlyEnvoys }
  const config = sampleWith({ 'upstreams.echo.counters': 'a', 'upstreams.echo.twin': 'b' })
  t.throws(() => createTranslator({ ...MADE_UP, upstreams: [...MADE_UP.upstreams, twin] })(config, 'edge'), {
    code: 'internal',
    message: /field altStatName/,
  })
})
