// Versions are hashes of content: different content has different versions.

import t from 'tap'
import { fc } from '../../test/support/fast-check.ts'
import { bucketOf, contentVersion, setVersion } from './version.ts'

t.test('X27: a version is the first 96 bits of the SHA-256 of the content, and never changes', async (t) => {
  // printf abc | sha256sum: ba7816bf 8f01cfea 414140de …
  t.equal(contentVersion('abc'), Buffer.from('ba7816bf8f01cfea414140de', 'hex').toString('base64url'))
  t.equal(contentVersion(Buffer.from('abc')), contentVersion('abc'))
  t.not(contentVersion('abd'), contentVersion('abc'))
})

const resources = fc.uniqueArray(fc.record({ name: fc.string(), version: fc.string().map(contentVersion) }), {
  selector: ({ name }) => name,
})

t.test('X28: two sets have equal versions only if their names and versions are equal', async () => {
  const inOrder = (set: readonly { name: string }[]) =>
    JSON.stringify(set.toSorted((a, b) => (a.name < b.name ? -1 : 1)))
  fc.assert(
    fc.property(resources, resources, (a, b) => {
      const isSame = inOrder(a) === inOrder(b)
      return (setVersion(a) === setVersion(b)) === isSame && setVersion(a.toReversed()) === setVersion(a)
    }),
  )
})

t.test('names spread over the buckets, even if they differ in one character only', async (t) => {
  for (const make of [
    (at: number) => `cluster-${String(at).padStart(5, '0')}`,
    (at: number) => `${at}`,
    (at: number) => `${at}.default.svc.cluster.local`,
  ]) {
    const counts = new Map<number, number>()
    for (let at = 0; at < 10_000; at += 1) {
      const bucket = bucketOf(make(at))
      counts.set(bucket, (counts.get(bucket) ?? 0) + 1)
    }
    t.equal(counts.size, 256)
    t.ok(Math.max(...counts.values()) < 100, `at most ${Math.max(...counts.values())} where 39 are the mean`)
  }
})

t.test('a name that looks like several resources has a version of its own', async (t) => {
  const one = contentVersion('1')
  const two = contentVersion('2')
  for (const between of ['', '\n', ':', ' ', '\n1:', '1:']) {
    const several = [
      { name: 'a', version: one },
      { name: 'b', version: two },
    ]
    t.not(
      setVersion([{ name: `a${one}${between}b`, version: two }]),
      setVersion(several),
      `with "${between}"`,
    )
  }
})

t.test(
  'X28: the version of a set stays the same in later releases, so that replicas of two agree',
  async (t) => {
    const versioned = (names: readonly string[]) =>
      names.map((name) => ({ name, version: contentVersion(name) }))
    t.equal(bucketOf('c0'), bucketOf('c15'))
    t.equal(setVersion([]), 'OI1niOamPOc3Z5Rp')
    t.equal(setVersion(versioned(['c15', 'c0'])), 'ie2Xp7lveGQ9vV4y')
    const thousand = Array.from({ length: 1_000 }, (_, at) => `c${at}`)
    t.equal(setVersion(versioned(thousand)), '-3T0dtXW4i3Wrouq')
  },
)
