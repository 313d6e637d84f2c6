// Which nodes fit the matchers of a request for client status.

import { create, type MessageInitShape } from '@bufbuild/protobuf'
import { NodeSchema } from '@envoy/xds-protos/envoy/config/core/v3/base_pb.js'
import { NodeMatcherSchema } from '@envoy/xds-protos/envoy/type/matcher/v3/node_pb.js'
import type { ValueMatcherSchema } from '@envoy/xds-protos/envoy/type/matcher/v3/value_pb.js'
import t from 'tap'
import { matchesNode } from './node-matcher.ts'

const NODE = create(NodeSchema, {
  id: 'edge-1',
  cluster: 'edge',
  metadata: { team: 'blue', tier: 2, canary: true, none: null, zones: ['a', 'b'], deep: { er: 'x' } },
})

type Matcher = Exclude<MessageInitShape<typeof NodeMatcherSchema>, { $typeName: string }>
type Value = MessageInitShape<typeof ValueMatcherSchema>

const matches = (...matchers: Matcher[]) =>
  matchesNode(
    matchers.map((one) => create(NodeMatcherSchema, one)),
    NODE,
  )
const id = (matchPattern: { case: 'exact' | 'prefix' | 'suffix' | 'contains'; value: string }): Matcher => ({
  nodeId: { matchPattern },
})
const metadata = (path: string, matchPattern: Value['matchPattern']): Matcher => ({
  nodeMetadatas: [
    {
      path: path.split('.').map((key) => ({ segment: { case: 'key' as const, value: key } })),
      value: matchPattern === undefined ? {} : { matchPattern },
    },
  ],
})
const text = (value: string): Value['matchPattern'] => ({
  case: 'stringMatch',
  value: { matchPattern: { case: 'exact', value } },
})

t.test('without matchers every node fits', async (t) => {
  t.ok(matches())
})

/** A matcher that fits, and one that differs in one thing and does not. */
const TWINS: readonly (readonly [string, Matcher, Matcher])[] = [
  ['exact id', id({ case: 'exact', value: 'edge-1' }), id({ case: 'exact', value: 'edge-2' })],
  ['prefix', id({ case: 'prefix', value: 'edge' }), id({ case: 'prefix', value: 'dge' })],
  ['suffix', id({ case: 'suffix', value: '-1' }), id({ case: 'suffix', value: '-2' })],
  ['contains', id({ case: 'contains', value: 'ge' }), id({ case: 'contains', value: 'eg' })],
  ['text', metadata('team', text('blue')), metadata('team', text('red'))],
  ['a nested field', metadata('deep.er', text('x')), metadata('team.er', text('x'))],
  [
    'a flag',
    metadata('canary', { case: 'boolMatch', value: true }),
    metadata('canary', { case: 'boolMatch', value: false }),
  ],
  [
    'a number',
    metadata('tier', { case: 'doubleMatch', value: { matchPattern: { case: 'exact', value: 2 } } }),
    metadata('tier', { case: 'doubleMatch', value: { matchPattern: { case: 'exact', value: 3 } } }),
  ],
  [
    'a range without its end',
    metadata('tier', {
      case: 'doubleMatch',
      value: { matchPattern: { case: 'range', value: { start: 2, end: 3 } } },
    }),
    metadata('tier', {
      case: 'doubleMatch',
      value: { matchPattern: { case: 'range', value: { start: 1, end: 2 } } },
    }),
  ],
  [
    'null',
    metadata('none', { case: 'nullMatch', value: {} }),
    metadata('team', { case: 'nullMatch', value: {} }),
  ],
  [
    'present',
    metadata('team', { case: 'presentMatch', value: true }),
    metadata('color', { case: 'presentMatch', value: true }),
  ],
  [
    'absent',
    metadata('color', { case: 'presentMatch', value: false }),
    metadata('team', { case: 'presentMatch', value: false }),
  ],
  [
    'one of a list',
    metadata('zones', {
      case: 'listMatch',
      value: { matchPattern: { case: 'oneOf', value: { matchPattern: text('b') ?? { case: undefined } } } },
    }),
    metadata('zones', {
      case: 'listMatch',
      value: { matchPattern: { case: 'oneOf', value: { matchPattern: text('c') ?? { case: undefined } } } },
    }),
  ],
  [
    'one of several values',
    metadata('team', {
      case: 'orMatch',
      value: {
        valueMatchers: [
          { matchPattern: text('red') ?? { case: undefined } },
          { matchPattern: text('blue') ?? { case: undefined } },
        ],
      },
    }),
    metadata('team', {
      case: 'orMatch',
      value: { valueMatchers: [{ matchPattern: text('red') ?? { case: undefined } }] },
    }),
  ],
  [
    'another case, ignored',
    { nodeId: { matchPattern: { case: 'exact', value: 'EDGE-1' }, ignoreCase: true } },
    id({ case: 'exact', value: 'EDGE-1' }),
  ],
]

t.test('a matcher of one kind does not fit what only another kind would', async (t) => {
  const range = { case: 'range' as const, value: { start: 3, end: 4 } }
  const others: Readonly<Record<string, Matcher>> = {
    'a prefix is not the whole': id({ case: 'exact', value: 'edge' }),
    'a prefix is no suffix': id({ case: 'suffix', value: 'edge' }),
    'a number below the range': metadata('tier', { case: 'doubleMatch', value: { matchPattern: range } }),
    'a number as text': metadata('tier', text('2')),
    'a text as flag': metadata('team', { case: 'boolMatch', value: true }),
    'an item of a list by its place': metadata('zones.0', text('a')),
    'a field of a text': metadata('team.length', { case: 'presentMatch', value: true }),
    'no value to compare with': { nodeMetadatas: [{ path: [] }] },
  }
  for (const [what, one] of Object.entries(others)) t.notOk(matches(one), what)
  t.ok(matches(metadata('none.deeper', { case: 'presentMatch', value: false })), 'null has no fields')
})

t.test('a matcher fits the node that it means', async (t) => {
  for (const [what, fits, differs] of TWINS) {
    t.ok(matches(fits), what)
    t.notOk(matches(differs), `the twin of: ${what}`)
    t.ok(matches(differs, fits), `one of several: ${what}`)
  }
})

t.test('the id and each metadata of one matcher must fit', async (t) => {
  const both = { ...id({ case: 'exact', value: 'edge-1' }), ...metadata('team', text('blue')) }
  t.ok(matches(both))
  t.notOk(matches({ ...both, ...metadata('team', text('red')) }))
})

t.test('a pattern that is not supported is rejected, so that nobody takes its answer for all', async (t) => {
  const regex = { nodeId: { matchPattern: { case: 'safeRegex' as const, value: { regex: '.*' } } } }
  t.throws(() => matches(regex), /node_matchers is not supported: use exact, prefix, suffix or contains/)
  const custom = { nodeId: { matchPattern: { case: 'custom' as const, value: { name: 'own' } } } }
  t.throws(() => matches(custom), /node_matchers is not supported/)
  t.throws(() => matches({ nodeId: {} }), /node_matchers is not supported/)
  t.throws(() => matches(metadata('team', { case: undefined })), /has no match pattern/)
})
