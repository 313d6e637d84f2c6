// Sets of unconfirmed names: which sets are kept, which ACK confirms which, and what the log must hear of.

import t from 'tap'
import { CLUSTER, LISTENER } from '../snapshot/resource-type.ts'
import { UnconfirmedBatches } from './unconfirmed-names.ts'

const set = (...names: readonly string[]) => new Set(names)

/** Adds sets to the clusters, each at its time. */
function clusters(
  ...batches: readonly (readonly [since: number, names: ReadonlySet<string>, isLogged?: boolean])[]
) {
  const all = new UnconfirmedBatches()
  for (const [since, names, isLogged = false] of batches) all.add(CLUSTER, { names, since, isLogged })
  return all
}

const namesIn = (batches: UnconfirmedBatches) => [...(batches.names().get(CLUSTER) ?? [])].sort()

t.test('an ACK confirms names of earlier sets only', async (t) => {
  const all = clusters([1, set('a', 'b')], [2, set('b', 'c')])
  t.same(all.confirm(CLUSTER, set('a', 'b', 'c'), 2), [], 'no name was logged')
  t.same(namesIn(all), ['b', 'c'], 'a set of the same time stays')
  all.confirm(CLUSTER, set('b', 'c'), 3)
  t.ok(all.isEmpty)
})

t.test('an ACK returns the logged names that it confirms, and no others', async (t) => {
  const all = clusters([1, set('a', 'b'), true], [1, set('c'), false])
  t.same(all.confirm(CLUSTER, set('a', 'c', 'x'), 2), ['a'])
  t.same(namesIn(all), ['b'])
  t.ok(all.hasLogged(CLUSTER, 'b'))
  t.notOk(all.hasLogged(CLUSTER, 'a'))
  t.notOk(all.hasLogged(LISTENER, 'b'))
})

t.test('a set replaces older ones that it covers, but an unlogged one no logged one', async (t) => {
  const covered = clusters([1, set('a')], [2, set('a', 'b')])
  covered.confirm(CLUSTER, set('a'), 2)
  t.same(namesIn(covered), ['a', 'b'], 'only the newer set is left')

  const partly = clusters([1, set('a', 'c')], [2, set('a', 'b')])
  partly.confirm(CLUSTER, set('a', 'c'), 2)
  t.same(namesIn(partly), ['a', 'b'], 'the older set was there, and is confirmed')

  const logged = clusters([1, set('a'), true], [2, set('a')])
  t.ok(logged.hasLogged(CLUSTER, 'a'))
  t.notOk(clusters([1, set('a')], [2, set('a')]).hasLogged(CLUSTER, 'a'), 'the twin has no logged set')
})

t.test('more than eight sets are united: at the newest time, and logged if one is', async (t) => {
  const sets = (count: number) =>
    Array.from({ length: count }, (_, at) => [at + 1, set(`c${at}`), at === 0] as const)
  const eight = clusters(...sets(8))
  t.notOk(eight.hasLogged(CLUSTER, 'c7'), 'eight are kept apart')
  const nine = clusters(...sets(9))
  t.ok(nine.hasLogged(CLUSTER, 'c8'))
  nine.confirm(CLUSTER, set('c0'), 9)
  t.equal(namesIn(nine).length, 9, 'an ACK of something older confirms nothing')
  nine.confirm(CLUSTER, set('c0'), 10)
  t.equal(namesIn(nine).length, 8)
})

t.test('the log lists logged names only', async (t) => {
  const all = clusters([1, set('a'), true], [2, set('b'), false])
  all.add(LISTENER, { names: set('l'), since: 3, isLogged: false })
  t.same([...all.logged()], [[CLUSTER, ['a']]])
  t.same(
    [...all.names()].map(([typeUrl, names]) => [typeUrl, names.size]),
    [
      [CLUSTER, 2],
      [LISTENER, 1],
    ],
  )
})
