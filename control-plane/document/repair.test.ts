// Problems that need the right shape are reported beside those of the shape, and none that a fix of the shape would remove.

import t from 'tap'
import { sampleWith } from '../../test/support/sample-config.ts'
import { formatSteps } from './problem.ts'
import { checkConfig } from './validate.ts'

function problemsOf(document: unknown): string[] {
  const checked = checkConfig(document)
  return 'config' in checked ? [] : checked.problems.map(({ steps }) => formatSteps(steps)).sort()
}

/** A reference to nothing, which each broken document has too. */
const UNKNOWN_UPSTREAM = { 'fleets.edge.listeners.main.l4': { upstream: 'ecko' } }
const AT = 'fleets.edge.listeners.main.l4.upstream'

type Case = readonly [title: string, changes: Readonly<Record<string, unknown>>, places: readonly string[]]

const BESIDE: readonly Case[] = [
  ['an unknown policy', { 'fleets.edge.lb.policy': 'round_robbin' }, ['fleets.edge.lb.policy']],
  ['an unknown mode', { 'fleets.edge.lb.mode': 'l9' }, ['fleets.edge.lb.mode']],
  ['an unknown field', { 'fleets.edge.listener': {} }, ['fleets.edge.listener']],
  [
    'a value of another type',
    { 'upstreams.echo.endpoints.b2.weight': 'two' },
    ['upstreams.echo.endpoints.b2.weight'],
  ],
  ['a missing field', { 'routes.public.rules.echo.match': undefined }, ['routes.public.rules.echo.match']],
  ['an entry without fields', { 'upstreams.echo': null }, ['upstreams.echo']],
  ['an invalid name', { 'upstreams.a b': { endpoints: {} } }, ['upstreams["a b"]']],
  ['an empty map of weights', { 'routes.public.rules.echo.to': {} }, ['routes.public.rules.echo.to']],
  ['an invalid item', { 'routes.public.hosts': ['a b'] }, ['routes.public.hosts[0]']],
]

for (const [title, changes, places] of BESIDE) {
  t.test(`a reference to nothing is reported beside ${title}, and nothing else`, async (t) => {
    t.same(problemsOf(sampleWith(changes)), places)
    t.same(problemsOf(sampleWith({ ...UNKNOWN_UPSTREAM, ...changes })), [...places, AT].sort())
  })
}

const ARTIFACTS: readonly Case[] = [
  [
    'the kind of a fleet',
    { 'fleets.edge.kind': 'envy', 'fleets.edge.listeners.main.l4': { upstream: 'ecko' } },
    ['fleets.edge.kind'],
  ],
  ['a map that is missing', { upstreams: undefined }, ['upstreams']],
  ['a misspelled map', { upstreams: undefined, upstream: {} }, ['upstream', 'upstreams']],
  ['an entry that is missing', { 'upstreams.echo': 5 }, ['upstreams.echo']],
  [
    'a half that depends on the mode',
    { 'fleets.edge.lb.mode': 'l9', 'fleets.edge.listeners.main.l4': undefined },
    ['fleets.edge.lb.mode'],
  ],
  [
    'a weight that may be above 0',
    { 'routes.public.rules.echo.to': { echo: 'x', 'echo-v2': 0 } },
    ['routes.public.rules.echo.to.echo'],
  ],
]

for (const [title, changes, places] of ARTIFACTS) {
  t.test(`no problem is reported that depends on ${title}`, async (t) => {
    t.same(problemsOf(sampleWith(changes)), places)
  })
}

t.test('an entry with an invalid name is checked too, and others may refer to it', async (t) => {
  const changes = {
    'upstreams.a b': { endpoints: { e1: { address: 'here' } } },
    'fleets.edge.listeners.main.l4': { upstream: 'a b' },
  }
  t.same(problemsOf(sampleWith(changes)), ['upstreams["a b"]', 'upstreams["a b"].endpoints.e1.address'])
  const hostile = JSON.parse('{"version":1,"upstreams":{},"routes":{},"fleets":{"__proto__":{}}}')
  t.match(problemsOf(hostile), ['fleets.__proto__', 'fleets.__proto__.kind'])
})

t.test('with more than 100 problems, references are not followed', async (t) => {
  const withUnknownFields = (count: number) => {
    const unknown = Array.from({ length: count }, (_, index) => [`fleets.edge.unknown${index}`, 1])
    return problemsOf(sampleWith({ ...UNKNOWN_UPSTREAM, ...Object.fromEntries(unknown) }))
  }
  t.equal(withUnknownFields(100).length, 101)
  t.equal(withUnknownFields(101).length, 101)
})

t.test('what is not a document at all has one problem', async (t) => {
  for (const value of [undefined, null, 5, [], 'text']) t.same(problemsOf(value), [''], JSON.stringify(value))
})
