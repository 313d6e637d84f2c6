// What lists of names select, with glob collections and without.

import t from 'tap'
import { snapshotFor } from '../../test/support/script-resources.ts'
import {
  collectionsIn,
  covers,
  membersAmong,
  membersOf,
  selectNames,
  shared,
  withoutCollections,
} from './collections.ts'
import { CLUSTER } from './resource-type.ts'
import { typeIn } from './snapshot.ts'

const type = typeIn(snapshotFor('CDS a=1 xdstp://a/C/f/x=1 xdstp://a/C/f/y=1', 1), CLUSTER)

const CASES: readonly [names: readonly string[], present: readonly string[], absent: readonly string[]][] = [
  [['a'], ['a'], []],
  [['a', 'gone'], ['a'], ['gone']],
  [['xdstp://a/C/f/*'], ['xdstp://a/C/f/x', 'xdstp://a/C/f/y'], []],
  [['xdstp://a/C/f/*', 'xdstp://a/C/f/x', 'b'], ['xdstp://a/C/f/x', 'xdstp://a/C/f/y'], ['b']],
  [['xdstp://a/C/g/*', 'xdstp://a/C/f/x'], ['xdstp://a/C/f/x'], ['xdstp://a/C/g/*']],
]

for (const [names, present, absent] of CASES) {
  t.test(`X77: ${names.join(' ')} select ${present.length}`, async (t) => {
    const selected = selectNames(type, new Set(names))
    t.same(
      selected.present.map(({ name }) => name),
      present,
    )
    t.same(selected.absent, absent)
  })
}

t.test('X77: names that select everything share the list of the type', async (t) => {
  t.equal(selectNames(type, new Set(['a', 'xdstp://a/C/f/*'])).present, type.list)
  t.equal(selectNames(type, new Set(type.resources.names())).present, type.list)
})

t.test('X77: most lists of names have no collection', async (t) => {
  t.equal(collectionsIn(new Set(['a', '*', 'xdstp://a/C/f/x'])), undefined)
  t.same(collectionsIn(new Set(['a', 'xdstp://a/C/*'])), new Set(['xdstp://a/C/*']))
  t.ok(covers(new Set(['a', 'xdstp://a/C/*']), 'xdstp://a/C/x'))
  t.notOk(covers(new Set(['a', 'xdstp://a/C/*']), 'xdstp://a/C/f/x'))
  t.notOk(covers(new Set(['a', 'xdstp://a/C/*']), 'b'))
})

const MEMBERS = ['xdstp://a/C/f/x', 'xdstp://a/C/f/y']

t.test('X77: a collection has the resources of its folder, and another name has none', async (t) => {
  const namesOf = (collection: string) => membersOf(type, collection).map(({ name }) => name)
  t.same(namesOf('xdstp://a/C/f/*'), MEMBERS)
  for (const none of ['xdstp://a/C/g/*', 'xdstp://a/C/f/x', 'a', '*']) t.same(namesOf(none), [], none)
})

t.test('X77: names are members of a collection among some, and of none without one', async (t) => {
  const names = ['a', ...MEMBERS, 'xdstp://a/C/g/x']
  t.same(membersAmong(new Set(['xdstp://a/C/f/*', 'xdstp://a/C/h/*']), names), MEMBERS)
  t.same(membersAmong(undefined, names), [])
  t.same(withoutCollections(new Set(names)), ['a', ...MEMBERS, 'xdstp://a/C/g/x'])
})

t.test('a list is shared if everything in it matches', async (t) => {
  t.equal(
    shared(type.list, () => true),
    type.list,
  )
  t.same(
    shared(type.list, (name) => name === 'a').map(({ name }) => name),
    ['a'],
  )
})
