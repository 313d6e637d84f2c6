// A set that was changed step by step equals a set made at once, and unchanged parts are shared.

import t from 'tap'
import { fc } from '../../test/support/fast-check.ts'
import { encodedResource, type Resource } from './resource.ts'
import { ResourceSet } from './resource-set.ts'
import { CLUSTER } from './resource-type.ts'
import { setVersion } from './version.ts'

function resource(name: string, content: string): Resource {
  return encodedResource(CLUSTER, name, Buffer.from(content))
}

/** Few enough names that they collide, and enough that some share a bucket. */
const name = fc.nat(600).map((at) => `name-${at}`)
const content = fc.dictionary(name, fc.constantFrom('x', 'y'), { maxKeys: 80, size: 'max' })
const change = fc.record({ upserts: content, removals: fc.array(name, { maxLength: 20 }) })

function resourcesOf(content: Readonly<Record<string, string>>): Resource[] {
  return Object.entries(content).map(([name, value]) => resource(name, value))
}

t.test('a set that is changed step by step equals a set made at once', async (t) => {
  fc.assert(
    fc.property(content, fc.array(change, { maxLength: 4 }), (first, changes) => {
      let set = ResourceSet.empty.with(resourcesOf(first))
      const expected = new Map(Object.entries(first))
      for (const { upserts, removals } of changes) {
        set = set.with(resourcesOf(upserts), removals)
        for (const name of removals) expected.delete(name)
        for (const [name, value] of Object.entries(upserts)) expected.set(name, value)
      }
      const whole = ResourceSet.empty.with(resourcesOf(Object.fromEntries(expected)))
      const sorted = [...expected.keys()].sort()
      return (
        set.version === whole.version &&
        set.version === setVersion(set.list) &&
        set.size === expected.size &&
        set.names().join() === sorted.join() &&
        sorted.every((name) => set.has(name) && set.get(name)?.value.toString() === expected.get(name))
      )
    }),
  )
  t.pass()
})

t.test('a set with replaced resources equals a new set, and equal parts are shared', async (t) => {
  fc.assert(
    fc.property(content, content, (before, after) => {
      const known = resourcesOf(before)
      const from = ResourceSet.empty.with(known)
      const next = resourcesOf(after).map(
        (one) => known.find(({ name, version }) => name === one.name && version === one.version) ?? one,
      )
      const replaced = from.replacedBy(next)
      const whole = ResourceSet.empty.with(next)
      return (
        replaced.version === whole.version &&
        replaced.size === whole.size &&
        next.every((one) => replaced.get(one.name) === one)
      )
    }),
  )
  t.pass()
})

t.test('the changes between two sets turn the first into the second', async (t) => {
  fc.assert(
    fc.property(content, content, (before, after) => {
      const [from, to] = [before, after].map((one) => ResourceSet.empty.with(resourcesOf(one)))
      if (from === undefined || to === undefined) return false
      const { changed, removed } = from.changesTo(to)
      const expected = Object.keys(after).filter((name) => before[name] !== after[name])
      const gone = Object.keys(before).filter((name) => !(name in after))
      return (
        changed.map(({ name }) => name).join() === expected.sort().join() &&
        removed.join() === gone.sort().join() &&
        from.with(changed, removed).version === to.version
      )
    }),
  )
  t.pass()
})

t.test('a change does not affect the set before it', async (t) => {
  const before = ResourceSet.empty.with([resource('a', 'x'), resource('b', 'x')])
  const { version } = before
  const after = before.with([resource('a', 'y')], ['b'])
  t.same(after.names(), ['a'])
  t.same(before.names(), ['a', 'b'])
  t.equal(before.get('a')?.value.toString(), 'x')
  t.equal(before.version, version)
})

t.test('an empty change returns the same set', async (t) => {
  const set = ResourceSet.empty.with([resource('a', 'x')])
  t.equal(set.with([]), set)
  t.equal(ResourceSet.empty.with([]).size, 0)
})

t.test('a change hashes only the bucket that it affects', async (t) => {
  const many = Array.from({ length: 5_000 }, (_, at) => resource(`name-${at}`, 'x'))
  let reads = 0
  const counted = many.map((one) => ({
    ...one,
    get version() {
      reads += 1
      return one.version
    },
  }))
  const set = ResourceSet.empty.with(counted)
  reads = 0
  set.with([resource('name-7', 'y')])
  t.ok(reads < 100, `${reads} of 5,000 versions were read again`)
  reads = 0
  set.changesTo(set.with([resource('name-7', 'y')]))
  t.ok(reads < 200, `${reads} of 5,000 versions were compared`)
})

t.test('the list is made once', async (t) => {
  const set = ResourceSet.empty.with([resource('b', 'x'), resource('a', 'x')])
  t.same(
    set.list.map(({ name }) => name),
    ['a', 'b'],
  )
  t.equal(set.list, set.list)
})

t.test('X57: the resources with a TTL are known by their TTL, after every change', async (t) => {
  const [a, b, c] = [resource('a', '1'), { ...resource('b', '1'), ttlMs: 9_000 }, resource('c', '1')]
  const expiring = (...resources: Resource[]) => resources.map((one) => ({ ...one, ttlMs: 500 }))
  const namesOf = ({ byTtl }: ResourceSet) =>
    [...byTtl].map(([ttlMs, list]) => [ttlMs, list.map(({ name }) => name)])
  const plain = ResourceSet.empty.with([a, c])
  t.same(namesOf(plain), [])
  const some = plain.with([b, ...expiring(c)])
  t.same(namesOf(some), [
    [9_000, ['b']],
    [500, ['c']],
  ])
  t.same(namesOf(some.with(expiring(b))), [[500, ['b', 'c']]])
  t.same(namesOf(some.with([c], ['b'])), [])
})
