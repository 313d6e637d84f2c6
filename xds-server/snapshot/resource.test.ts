// Inputs become named, encoded and versioned resources, or a list of all problems.

import { create, fromBinary, type Message } from '@bufbuild/protobuf'
import { AnySchema, anyPack, StringValueSchema } from '@bufbuild/protobuf/wkt'
import { ClusterSchema } from '@envoy/xds-protos/envoy/config/cluster/v3/cluster_pb.js'
import { TypedExtensionConfigSchema } from '@envoy/xds-protos/envoy/config/core/v3/extension_pb.js'
import {
  type VirtualHost,
  VirtualHostSchema,
} from '@envoy/xds-protos/envoy/config/route/v3/route_components_pb.js'
import { RouteConfigurationSchema } from '@envoy/xds-protos/envoy/config/route/v3/route_pb.js'
import { ResourceSchema as DiscoveryResourceSchema } from '@envoy/xds-protos/envoy/service/discovery/v3/discovery_pb.js'
import { RuntimeSchema } from '@envoy/xds-protos/envoy/service/runtime/v3/rtds_pb.js'
import { EchoRequestSchema } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import t from 'tap'
import { assignment, cluster, httpListener, routes } from '../../test/support/resources.ts'
import { thrownBy } from '../../test/support/thrown.ts'
import { createResources, describeResource, encodedResource, type ResourceInput } from './resource.ts'
import { CLUSTER, ENDPOINT, ROUTE } from './resource-type.ts'
import { contentVersion } from './version.ts'

function typeNameOf(typeUrl: string): string {
  return typeUrl.slice(typeUrl.lastIndexOf('/') + 1)
}

const UNKNOWN = 'type.googleapis.com/no.such.Message'
const unknown = create(AnySchema, { typeUrl: UNKNOWN, value: Uint8Array.of(1, 2, 3) })

t.test('a message is encoded under its own name, and its version is the hash of its content', async (t) => {
  const [made] = createResources([cluster('a')])
  t.match(made, { typeUrl: CLUSTER, name: 'a', references: [{ typeUrl: ENDPOINT, name: 'a' }] })
  t.same(fromBinary(ClusterSchema, made?.value ?? Buffer.of()), cluster('a'))
  t.equal(made?.version, contentVersion(made?.value ?? ''))
})

const NAMES: readonly [what: string, input: ResourceInput, name: string][] = [
  ['an assignment has the name of its cluster', assignment('a'), 'a'],
  ['a packed message has the name of the message in it', anyPack(ClusterSchema, cluster('b')), 'b'],
  ['a given name overrides the name of the resource', { name: 'given', resource: cluster('own') }, 'given'],
  ['a virtual host can be given its name for VHDS', { name: 'rc/*', resource: host('h') }, 'rc/*'],
  ['an Any of an unknown type needs a name', { name: 'u', resource: unknown }, 'u'],
  ['a runtime layer has its own name', create(RuntimeSchema, { name: 'layer' }), 'layer'],
]

for (const [what, input, name] of NAMES) {
  t.test(what, async (t) => {
    t.equal(createResources([input])[0]?.name, name)
  })
}

function host(name: string): VirtualHost {
  return create(VirtualHostSchema, { name, domains: ['*'] })
}

t.test('X29: a packed message has the version of the message in it, whatever its order', async (t) => {
  const [packed] = createResources([anyPack(RouteConfigurationSchema, routes('r', 'a'))])
  const [plain] = createResources([routes('r', 'a')])
  t.same(packed, plain)
  // Fields 2 then 1 of a cluster ("alt_stat_name" is 28): decoders take them in any order.
  const name = [10, 1, 97]
  const statName = [226, 1, 1, 98]
  const inOrder = create(AnySchema, { typeUrl: CLUSTER, value: Uint8Array.from([...name, ...statName]) })
  const reversed = create(AnySchema, { typeUrl: CLUSTER, value: Uint8Array.from([...statName, ...name]) })
  t.same(createResources([reversed]), createResources([inOrder]))
})

t.test('X28: the host of a type URL makes no difference, given or packed', async (t) => {
  const plain = routes('r', 'a')
  const [expected] = createResources([plain])
  for (const host of ['another.example', 'another.example/a/path', '']) {
    const packed = { ...anyPack(RouteConfigurationSchema, plain), typeUrl: `${host}/${typeNameOf(ROUTE)}` }
    t.same(createResources([packed]), [expected], host)
  }
  const nested = httpListener('l', 1)
  const [filter] = nested.filterChains[0]?.filters ?? []
  if (filter?.configType.case !== 'typedConfig') return t.fail('the listener has a filter')
  const [known] = createResources([nested])
  filter.configType.value = {
    ...filter.configType.value,
    typeUrl: filter.configType.value.typeUrl.replace('type.googleapis.com', 'another.example'),
  }
  t.same(createResources([nested]), [known])
})

t.test(
  'the host of an unknown type is kept if it is packed, and that of xDS if it is a resource',
  async (t) => {
    const foreign = { ...unknown, typeUrl: 'another.example/no.such.Message' }
    t.equal(createResources([{ name: 'u', resource: foreign }])[0]?.typeUrl, UNKNOWN)
    const extension = create(TypedExtensionConfigSchema, { name: 'e', typedConfig: foreign })
    const value = createResources([extension])[0]?.value ?? Buffer.of()
    t.equal(fromBinary(TypedExtensionConfigSchema, value).typedConfig?.typeUrl, foreign.typeUrl)
  },
)

t.test('a resource of an unknown type is carried byte for byte', async (t) => {
  t.same(createResources([{ name: 'u', resource: unknown }]), [
    {
      typeUrl: UNKNOWN,
      name: 'u',
      value: unknown.value,
      version: contentVersion(unknown.value),
      references: [],
    },
  ])
})

t.test('a wrapped message without a name has its own', async (t) => {
  const wrapped = { resource: cluster('a') } as unknown as ResourceInput
  t.strictSame(createResources([wrapped]), createResources([cluster('a')]))
})

t.test('a message with a field called `resource` is a message like any other', async (t) => {
  const message = create(DiscoveryResourceSchema, { name: 'a', resource: unknown })
  t.match(createResources([message]), [
    { typeUrl: `type.googleapis.com/${DiscoveryResourceSchema.typeName}`, name: 'a' },
  ])
})

const BAD: readonly [what: string, input: ResourceInput, message: string][] = [
  [
    'an Any without a type URL',
    create(AnySchema),
    'the type URL "" is invalid: use the form type.googleapis.com/package.Message',
  ],
  [
    'an Any whose type URL has no host',
    create(AnySchema, { typeUrl: 'envoy.config.cluster.v3.Cluster' }),
    'the type URL "envoy.config.cluster.v3.Cluster" is invalid: use the form type.googleapis.com/package.Message',
  ],
  [
    'a message that is not a resource, unpacked',
    create(EchoRequestSchema),
    'switchyard.echo.v1.EchoRequest is unknown to Switchyard and cannot be encoded: pack it with anyPack() first',
  ],
  [
    'an unknown type without a name',
    unknown,
    `${UNKNOWN} has no known name field: give { name, resource } instead`,
  ],
  [
    'a message that has no name',
    create(StringValueSchema, { value: 'x' }),
    'type.googleapis.com/google.protobuf.StringValue has no known name field: give { name, resource } instead',
  ],
  ['a message with an empty name', create(ClusterSchema), `this ${CLUSTER} has an empty name: set its name`],
  [
    'an empty name given to it',
    { name: '', resource: cluster('a') },
    `this ${CLUSTER} has an empty name: set its name`,
  ],
]

const NO_MESSAGE =
  'an object without a type is not a message: make one with create() or fromJson() of protobuf-es, or give { name, resource }'

/** What a program without types may give. */
const NO_RESOURCES: readonly [what: string, input: unknown, message: string][] = [
  ['nothing', undefined, 'undefined is not a resource'],
  ['a null', null, 'null is not a resource'],
  ['a text', 'echo', '"echo" is not a resource'],
  ['the JSON of a message', { '@type': CLUSTER, name: 'echo' }, NO_MESSAGE],
  ['a list of resources', [cluster('a')], NO_MESSAGE],
  ['a named plain object', { name: 'echo', resource: { lbPolicy: 1 } }, NO_MESSAGE],
  ['a name that is no text', { name: 5, resource: cluster('a') }, 'the name is 5: give a text'],
  ['an expiring one of nothing', { ttlMs: 60_000, name: 'echo' }, 'undefined is not a resource'],
  [
    'a misspelled TTL',
    { resource: cluster('a'), ttl: 5, name: 'a' },
    'unknown field "ttl" beside resource: use name and ttlMs',
  ],
  [
    'an unknown field beside a TTL',
    { resource: cluster('a'), ttlMs: 500, version: '7' },
    'unknown field "version" beside resource: use name and ttlMs',
  ],
]

for (const [what, input, message] of [...BAD, ...NO_RESOURCES] as typeof BAD) {
  t.test(`${what} is invalid, with a way to fix it`, async (t) => {
    const { code, problems } = thrownBy(() => createResources([input]))
    t.equal(code, 'invalid-argument')
    t.same(problems, [{ path: 'resources[0]', message }])
  })
}

t.test('resources that are in no list are invalid', async (t) => {
  for (const [given, what] of [
    [undefined, 'undefined'],
    [cluster('a'), 'an object'],
  ] as const) {
    const { code, problems } = thrownBy(() => createResources(given as unknown as ResourceInput[]))
    t.equal(code, 'invalid-argument')
    t.same(problems, [{ path: 'resources', message: `${what} is not a list` }])
  }
})

t.test('an Any that cannot be decoded is invalid, with the reason', async (t) => {
  const broken = create(AnySchema, { typeUrl: ROUTE, value: Uint8Array.of(10, 200) })
  t.match(thrownBy(() => createResources([broken])).problems, [
    { path: 'resources[0]', message: new RegExp(`^this ${ROUTE} cannot be encoded: .*\\w`) },
  ])
})

t.test('a message with a field of the wrong kind is invalid, with the reason', async (t) => {
  const wrong: Message = Object.assign(cluster('a'), { lbPolicy: 1.5 })
  t.match(thrownBy(() => createResources([wrong])).problems, [
    { path: 'resources[0]', message: /cannot be encoded: .*\w/ },
  ])
})

t.test('all problems are listed at once, each with its place', async (t) => {
  const error = thrownBy(() =>
    createResources([create(ClusterSchema), cluster('good'), unknown, cluster('fine'), create(AnySchema)]),
  )
  t.same(
    error.problems.map(({ path }) => path),
    ['resources[0]', 'resources[2]', 'resources[4]'],
  )
  t.match(error.message, /^some resources are invalid, so nothing was changed\n {2}resources\[0\]: this/)
})

t.test('encoded content without its message has no references', async (t) => {
  t.same(encodedResource(CLUSTER, 'a', Buffer.from('abc')), {
    typeUrl: CLUSTER,
    name: 'a',
    value: Buffer.from('abc'),
    version: contentVersion('abc'),
    references: [],
  })
})

t.test('a resource is described by the last part of its type, and its name', async (t) => {
  t.equal(describeResource({ typeUrl: CLUSTER, name: 'echo' }), 'Cluster "echo"')
})

t.test('P24: a resource and its references have their context parameters in order', async (t) => {
  const [list] = createResources([routes('xdstp://a/R/n?b=2&a=1', 'xdstp://a/C/n?d=4&c=3')])
  t.equal(list?.name, 'xdstp://a/R/n?a=1&b=2')
  t.ok(list?.references.every(({ name }) => name === 'xdstp://a/C/n?c=3&d=4'))
})

t.test('X57: a TTL is part of the version, and the content is not changed by it', async (t) => {
  const [plain] = createResources([cluster('a')])
  const made = createResources([
    { resource: cluster('a'), ttlMs: 9_000 },
    { resource: anyPack(ClusterSchema, cluster('a')), ttlMs: 9_000 },
    ...(plain ? [{ resource: plain, ttlMs: 9_000 }] : []),
    { resource: cluster('a'), ttlMs: 500 },
    { name: 'b', resource: cluster('a'), ttlMs: 500 },
  ])
  t.same(
    made.map(({ name, ttlMs }) => [name, ttlMs]),
    [
      ['a', 9_000],
      ['a', 9_000],
      ['a', 9_000],
      ['a', 500],
      ['b', 500],
    ],
  )
  const versions = made.map(({ version }) => version)
  t.equal(new Set(versions.slice(0, 3)).size, 1, 'equal content with an equal TTL has one version')
  t.equal(new Set([plain?.version, ...versions]).size, 3)
  for (const { value, references } of made) t.same([value, references], [plain?.value, plain?.references])
  const [again] = createResources(made.slice(0, 1))
  t.equal(again, made[0])
})

t.test('X57: a TTL is a whole number of milliseconds, and long enough for heartbeats', async (t) => {
  for (const ttlMs of [99, 0, -1, 100.5, Number.NaN, Number.POSITIVE_INFINITY, 315_576_000_000_001]) {
    const { problems } = thrownBy(() => createResources([{ resource: cluster('a'), ttlMs }]))
    t.match(problems, [
      { path: 'resources[0]', message: /^ttlMs is .*: give whole milliseconds from 100 to/ },
    ])
  }
  for (const ttlMs of [100, 315_576_000_000_000])
    t.equal(createResources([{ resource: cluster('a'), ttlMs }])[0]?.ttlMs, ttlMs)
})
