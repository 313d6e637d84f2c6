// The snapshot of one type, and the diff between two of them.

import t from 'tap'
import { EMPTY_LIST } from '../../core/memo.ts'
import { fc } from '../../test/support/fast-check.ts'
import { encodedResource, type Resource } from './resource.ts'
import { CLUSTER, ROUTE } from './resource-type.ts'
import { createTypeSnapshot, diffTypes, emptyTypeSnapshot, type TypeSnapshot } from './type-snapshot.ts'
import { setVersion } from './version.ts'

function resource(name: string, content = name): Resource {
  return encodedResource(CLUSTER, name, Buffer.from(content))
}

const contents = fc.dictionary(fc.string({ maxLength: 2 }), fc.constantFrom('x', 'y'))
const typeOf = (content: Readonly<Record<string, string>>, version?: string) =>
  createTypeSnapshot(
    CLUSTER,
    Object.entries(content).map(([name, value]) => resource(name, value)),
    version,
  )

t.test('X28: resources given in any order make the same snapshot, sorted by name', async (t) => {
  const [a, b, c] = [resource('a'), resource('b'), resource('c')]
  const sorted = createTypeSnapshot(CLUSTER, [a, b, c])
  t.same(sorted.list, [a, b, c])
  t.same(sorted.resources.names(), ['a', 'b', 'c'])
  t.equal(sorted.version, setVersion([a, b, c]))
  for (const order of [
    [c, b, a],
    [b, c, a],
    [c, a, b],
  ]) {
    t.same(createTypeSnapshot(CLUSTER, order), sorted)
  }
})

t.test('a given version does not replace the version of the content', async (t) => {
  const given = createTypeSnapshot(CLUSTER, [resource('a')], 'v1')
  t.match(given, { typeUrl: CLUSTER, version: 'v1', contentVersion: setVersion([resource('a')]) })
})

t.test('the diff turns one snapshot into the other, and changes nothing else', async () => {
  fc.assert(
    fc.property(contents, contents, (before, after) => {
      const { changed, removed } = diffTypes(typeOf(before), typeOf(after))
      const isChanged = ([name, content]: [string, string]) => before[name] !== content
      const expected = Object.entries(after).filter(isChanged)
      return (
        sortedNames(changed.map(({ name }) => name)) === sortedNames(expected.map(([name]) => name)) &&
        changed.every(({ name, value }) => after[name] === value.toString()) &&
        sortedNames(removed) === sortedNames(Object.keys(before).filter((name) => !(name in after)))
      )
    }),
  )
})

function sortedNames(names: Iterable<string>): string {
  return JSON.stringify([...names].sort())
}

t.test('a diff is computed once for each pair of snapshots', async (t) => {
  const [from, to, other] = [typeOf({ a: 'x' }), typeOf({ a: 'y' }), typeOf({})]
  const diff = diffTypes(from, to)
  t.equal(diffTypes(from, to), diff)
  t.not(diffTypes(other, to), diff)
  t.not(diffTypes(to, from), diff)
  t.same(diffTypes(to, to), { changed: [], removed: [] })
})

t.test('the diff from an empty type is the list itself, so that its encoding is shared', async (t) => {
  const all = typeOf({ a: 'x', b: 'y' })
  t.equal(diffTypes(emptyTypeSnapshot(CLUSTER), all).changed, all.list)
  t.same(diffTypes(emptyTypeSnapshot(CLUSTER), all).removed, [])
})

t.test('an empty type is one object, but clients cannot make the server keep many of them', async (t) => {
  const empty = emptyTypeSnapshot(CLUSTER)
  t.match(empty, {
    typeUrl: CLUSTER,
    version: setVersion([]),
    list: EMPTY_LIST,
  } satisfies Partial<TypeSnapshot>)
  t.equal(emptyTypeSnapshot(CLUSTER), empty)
  t.equal(emptyTypeSnapshot(ROUTE).typeUrl, ROUTE)
  const asked = Array.from({ length: 150 }, (_, at) => emptyTypeSnapshot(`type.googleapis.com/no.Such${at}`))
  const kept = asked.filter((one) => emptyTypeSnapshot(one.typeUrl) === one)
  t.ok(
    kept.length > 0 && kept.length <= 100,
    `a hundred at most with the others of this process: ${kept.length}`,
  )
})
