// Patches of a fleet: what keeps one from being applied, each with a twin that applies.

import { ClusterSchema } from '@envoy/xds-protos/envoy/config/cluster/v3/cluster_pb.js'
import t from 'tap'
import { sampleWith } from '../../../test/support/sample-config.ts'
import { formatSteps } from '../../document/problem.ts'
import { validateConfig } from '../../document/validate.ts'
import { keepEqual } from '../../rollout/keep-equal.ts'
import { findPatchProblems, translate } from '../translate.ts'

const PATCH = 'fleets.edge.patches.own'

/** The sample with one patch, in mode l7 unless changed. */
function withPatch(patch: object, changes: Readonly<Record<string, unknown>> = {}) {
  return validateConfig(
    sampleWith({ 'fleets.edge.lb.mode': 'l7', [PATCH]: { enabled: true, ...patch }, ...changes }),
  )
}

function problemsOf(...given: Parameters<typeof withPatch>): Readonly<Record<string, string>> {
  const problems = findPatchProblems(withPatch(...given))
  return Object.fromEntries(problems.map(({ steps, message }) => [formatSteps(steps), message]))
}

const MANAGER = '/filterChains/0/filters/0/typedConfig'
const AUDIT = [
  {
    op: 'add',
    path: '/virtualHosts/0/routes/0',
    value: { match: { prefix: '/a' }, route: { cluster: 'unused' } },
  },
]
const add = (path: string, value: unknown) => [{ op: 'add', path, value }]
const filter = (typedConfig: object) => [
  { op: 'add', path: `${MANAGER}/httpFilters/0`, value: { name: 'own', typedConfig } },
]
const key = (privateKey: object) =>
  add('/transportSocket', {
    name: 'envoy.transport_sockets.tls',
    typedConfig: {
      '@type': 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext',
      commonTlsContext: { tlsCertificates: [{ privateKey }] },
    },
  })
const LUA = 'type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua'
const ON_NODES = { filename: '/etc/envoy/own.lua' }
const LUA_FIELDS = [
  ['inlineCode', 'os.execute("x")', {}],
  ['defaultSourceCode', { inlineString: 'os.execute("x")' }, { defaultSourceCode: ON_NODES }],
  ['sourceCodes', { own: { inlineBytes: 'b3M=' } }, { sourceCodes: { own: ON_NODES } }],
] as const

type Given = Parameters<typeof withPatch>
type Rejected = readonly [
  title: string,
  rejected: Given,
  message: Readonly<Record<string, RegExp>>,
  twin: Given,
]
const REJECTED: readonly Rejected[] = [
  [
    'a name that no resource has',
    [{ type: 'cluster', resource: 'echoo', operations: add('/altStatName', 'x') }],
    {
      [`${PATCH}.resource`]:
        /^the patch changes nothing: unknown cluster "echoo"\. Use one of: echo, echo-v2$/,
    },
    [{ type: 'cluster', resource: 'e*o', operations: add('/altStatName', 'x') }],
  ],
  [
    'the cluster of an upstream that the fleet is not served',
    [{ type: 'cluster', resource: 'unused', operations: add('/altStatName', 'x') }],
    { [`${PATCH}.resource`]: /unknown cluster "unused"/ },
    [{ type: 'cluster', resource: 'unused', upstreams: ['unused'], operations: add('/altStatName', 'x') }],
  ],
  [
    'a route of a listener that is in mode l4 now',
    [
      { type: 'route', resource: 'main', operations: add('/maxDirectResponseBodySizeBytes', 9) },
      { 'fleets.edge.lb.mode': 'l4' },
    ],
    { [`${PATCH}.resource`]: /in mode l4: write mode: l7 beside it/ },
    [
      { type: 'route', resource: 'main', mode: 'l7', operations: add('/maxDirectResponseBodySizeBytes', 9) },
      { 'fleets.edge.lb.mode': 'l4' },
    ],
  ],
  [
    'a pointer of the other mode',
    [
      { type: 'listener', resource: 'main', operations: add(`${MANAGER}/via`, 'x') },
      { 'fleets.edge.lb.mode': 'l4' },
    ],
    { [`${PATCH}.operations[0]`]: /^gives no valid listener "main": .*TcpProxy.*"via" is unknown/ },
    [
      { type: 'listener', resource: 'main', mode: 'l7', operations: add(`${MANAGER}/via`, 'x') },
      { 'fleets.edge.lb.mode': 'l4' },
    ],
  ],
  [
    'an operation that finds nothing, by its number',
    [
      {
        type: 'listener',
        resource: 'main',
        operations: [...add('/statPrefix', 'x'), { op: 'remove', path: '/filter_chains/0' }],
      },
    ],
    {
      [`${PATCH}.operations[1]`]:
        /^on listener "main", remove does not apply: there is nothing at \/filter_chains\/0; did you mean \/filterChains\?$/,
    },
    [
      {
        type: 'listener',
        resource: 'main',
        operations: [...add('/statPrefix', 'x'), { op: 'remove', path: '/statPrefix' }],
      },
    ],
  ],
  [
    'a field that the message does not have, by the operation that writes it',
    [
      {
        type: 'cluster',
        resource: 'echo',
        operations: [...add('/altStatName', 'x'), ...add('/paint', 1), ...add('/altStatName', 'y')],
      },
    ],
    { [`${PATCH}.operations[1]`]: /^gives no valid cluster "echo": .*"paint" is unknown/ },
    [
      {
        type: 'cluster',
        resource: 'echo',
        operations: [...add('/paint', 1), { op: 'remove', path: '/paint' }, ...add('/altStatName', 'y')],
      },
    ],
  ],
  [
    'a value of another type',
    [{ type: 'cluster', resource: 'echo', operations: add('/connectTimeout', { seconds: 1 }) }],
    { [`${PATCH}.operations[0]`]: /cannot decode .*Duration from JSON/ },
    [{ type: 'cluster', resource: 'echo', operations: add('/connectTimeout', '1.5s') }],
  ],
  [
    'one field under both of its names',
    [
      {
        type: 'cluster',
        resource: 'echo',
        operations: [...add('/alt_stat_name', 'x'), ...add('/altStatName', 'y')],
      },
    ],
    { [`${PATCH}.operations[1]`]: /alt_stat_name.*multiple times/ },
    [{ type: 'cluster', resource: 'echo', operations: add('/alt_stat_name', 'x') }],
  ],
  [
    'a typed configuration that Envoy does not have',
    [
      {
        type: 'listener',
        resource: 'main',
        operations: filter({ '@type': 'type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua2' }),
      },
    ],
    {
      [`${PATCH}.operations[0]`]:
        /envoy\.extensions\.filters\.http\.lua\.v3\.Lua2 is not a message of Envoy's API: its package has .*envoy\.extensions\.filters\.http\.lua\.v3\.Lua\b/,
    },
    [
      {
        type: 'listener',
        resource: 'main',
        operations: filter({
          '@type': 'type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua',
          defaultSourceCode: { filename: '/etc/envoy/own.lua' },
        }),
      },
    ],
  ],
  [
    'a typed configuration of a package that Envoy does not have',
    [
      {
        type: 'listener',
        resource: 'main',
        operations: filter({ '@type': 'type.googleapis.com/acme.filters.v1.Own' }),
      },
    ],
    {
      [`${PATCH}.operations[0]`]:
        /acme\.filters\.v1\.Own is not a message of Envoy's API: Envoy has no such package/,
    },
    [
      {
        type: 'listener',
        resource: 'main',
        operations: filter({ '@type': 'type.googleapis.com/google.protobuf.Empty' }),
      },
    ],
  ],
  [
    'another name',
    [{ type: 'cluster', resource: 'echo', operations: add('/name', 'other') }],
    { [`${PATCH}.operations`]: /another name, by which nobody would find it: leave its name alone/ },
    [{ type: 'cluster', resource: 'echo', operations: add('/name', 'echo') }],
  ],
  [
    'a cluster that nobody has',
    [{ type: 'route', resource: 'main', operations: add('/requestMirrorPolicies', [{ cluster: 'nobody' }]) }],
    {
      [`${PATCH}.operations`]:
        /^main refers to the Cluster "nobody" now, .*unknown upstream "nobody"\. Use one of: echo, echo-v2, unused$/,
    },
    [
      {
        type: 'route',
        resource: 'main',
        operations: add('/requestMirrorPolicies', [{ cluster: 'echo-v2' }]),
      },
    ],
  ],
  [
    'a cluster that the fleet is not served',
    [{ type: 'route', resource: 'main', operations: AUDIT }],
    { [`${PATCH}.operations`]: /which fleet edge is not served: add "unused" to upstreams of the patch$/ },
    [{ type: 'route', resource: 'main', operations: AUDIT, upstreams: ['unused'] }],
  ],
  [
    'a private key, which every reader of the document would see',
    [{ type: 'cluster', resource: 'echo', operations: key({ inlineString: 'TOP-SECRET' }) }],
    {
      [`${PATCH}.operations`]:
        /^writes a secret at \/transportSocket.*\/privateKey, and everybody who reads the document would see it/,
    },
    [{ type: 'cluster', resource: 'echo', operations: key({ filename: '/etc/key.pem' }) }],
  ],
  ...LUA_FIELDS.map(
    ([field, script, ofFile]): Rejected => [
      `a Lua script in ${field}, which starts programs on the host of an Envoy`,
      [{ type: 'listener', resource: 'main', operations: filter({ '@type': LUA, [field]: script }) }],
      {
        [`${PATCH}.operations`]:
          /^writes a Lua script at \/filterChains\/0\/.*, which would run as the Envoy itself: .* filters\.lua of the fleet/,
      },
      [{ type: 'listener', resource: 'main', operations: filter({ '@type': LUA, ...ofFile }) }],
    ],
  ),
]

for (const [title, rejected, messages, twin] of REJECTED) {
  t.test(`T30: translation rejects a patch with ${title}`, async (t) => {
    const found = problemsOf(...rejected)
    t.same(Object.keys(found), Object.keys(messages))
    t.match(found, messages)
    t.notMatch(JSON.stringify(found), 'TOP-SECRET')
    t.throws(() => translate(withPatch(...rejected), 'edge'), {
      code: 'invalid-config',
      problems: Object.entries(messages).map(([path, message]) => ({ path, message })),
    })
    t.same(problemsOf(...twin), {}, 'the accepted twin')
    t.doesNotThrow(() => translate(withPatch(...twin), 'edge'))
  })
}

t.test('T30: a failing test does not print what is secret', async (t) => {
  const operations = [
    ...key({ inlineString: 'TOP-SECRET' }),
    { op: 'test', path: '/transportSocket/typedConfig/commonTlsContext/tlsCertificates/0', value: 1 },
  ]
  const found = problemsOf({ type: 'cluster', resource: 'echo', operations })
  t.match(found, { [`${PATCH}.operations[1]`]: /test fails: .*redacted/ })
  t.notMatch(JSON.stringify(found), 'TOP-SECRET')
})

t.test(
  'T30: all problems of all patches come at once, and one resource that fails does not hide others',
  async (t) => {
    const config = withPatch(
      { type: 'cluster', resource: '*', operations: add('/nothing/x', 1) },
      {
        'fleets.edge.patches.second': {
          enabled: true,
          type: 'listener',
          resource: 'gone',
          operations: add('/x', 1),
        },
      },
    )
    t.same(
      findPatchProblems(config).map(({ steps, message }) => [formatSteps(steps), message.split(',')[0]]),
      [
        [`${PATCH}.operations[0]`, 'on cluster "echo"'],
        [`${PATCH}.operations[0]`, 'on cluster "echo-v2"'],
        [
          'fleets.edge.patches.second.resource',
          'the patch changes nothing: unknown listener "gone". Use one of: main',
        ],
      ],
    )
  },
)

t.test('T30: patches apply in the order of their names, and a patch that is off does nothing', async (t) => {
  const patch = (value: string, enabled = true) => ({
    enabled,
    type: 'cluster',
    resource: 'echo',
    operations: add('/altStatName', value),
  })
  const config = validateConfig(
    sampleWith({ 'fleets.edge.patches': { b: patch('b'), a: patch('a'), c: patch('c', false) } }),
  )
  const { resources, patches } = translate(config, 'edge')
  const echo = resources.find(
    (one) => one.$typeName === ClusterSchema.typeName && 'name' in one && one.name === 'echo',
  )
  t.equal((echo as { altStatName?: string }).altStatName, 'b')
  t.same(
    [...patches],
    [
      [
        'type.googleapis.com/envoy.config.cluster.v3.Cluster echo',
        [
          { steps: ['fleets', 'edge', 'patches', 'a'], changes: [{ pointer: '/altStatName', after: 'a' }] },
          {
            steps: ['fleets', 'edge', 'patches', 'b'],
            changes: [{ pointer: '/altStatName', before: 'a', after: 'b' }],
          },
        ],
      ],
    ],
  )
})

t.test('T30: after a change elsewhere, a patched cluster is the same message as before', async (t) => {
  const patch = { type: 'cluster', resource: '*', operations: add('/altStatName', 'x') }
  const before = withPatch(patch)
  const after = keepEqual(before, withPatch(patch, { 'upstreams.echo-v2.endpoints.c1.weight': 7 }))
  const clusters = [before, after].map((config) =>
    translate(config, 'edge').resources.filter((one) => one.$typeName === ClusterSchema.typeName),
  )
  const [old, fresh] = clusters
  t.equal(fresh?.[0], old?.[0], 'echo, which did not change')
})
