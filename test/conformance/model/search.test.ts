// Searching the histories of a seed, with made-up failures.

import t from 'tap'
import { type History, historiesOf, runHistory } from './run-history.ts'
import { describeFailure, searchSeed } from './search.ts'
import { searchSeeds } from './search-threads.ts'

const clears = (history: History) => history.filter((command) => command.do === 'clear').length

const search = (histories: number) => ({ seed: 1, types: 'core' as const, histories })

t.test('the same seed makes the same histories, and fewer are the first of more', async (t) => {
  t.strictSame(historiesOf(7, 5).slice(0, 3), historiesOf(7, 3))
  t.notSame(historiesOf(8, 1), historiesOf(7, 1))
  t.notSame(historiesOf(7, 1, 'all'), historiesOf(7, 1, 'core'))
})

t.test('a seed whose histories pass is searched to the end', async (t) => {
  let runs = 0
  const run = async () => {
    runs += 1
    return undefined
  }
  t.strictSame(await searchSeed(search(20), run), { seed: 1, histories: 20 })
  t.equal(runs, 20)
})

t.test('the first failing history is minimized, and described with a line for each command', async (t) => {
  const run = async (history: History) =>
    clears(history) >= 2 ? `rule one: cleared "${clears(history)}" times` : undefined
  const first = historiesOf(1, 20).findIndex((history) => clears(history) >= 2)
  const result = await searchSeed(search(20), run)
  t.match(result, {
    histories: first + 1,
    failure: { message: 'rule one: cleared "2" times', history: [{ do: 'clear' }, { do: 'clear' }] },
  })
  t.match(
    result.failure && describeFailure(result, result.failure),
    /^seed 1, history \d+: rule one: cleared "2" times\nafter 2 commands \(\d+ before minimizing\):\n {3}1\. the snapshot is cleared\n {3}2\. the snapshot is cleared$/,
  )
})

t.test('a shorter history that fails in another way is not taken', async (t) => {
  const run = async (history: History) => {
    if (clears(history) >= 2) return 'rule one: "a" was cleared {"nonce":"1"}'
    return history.length < 3 ? 'rule two: too short' : undefined
  }
  const { failure } = await searchSeed(search(20), run)
  t.match(failure, { message: 'rule one: "a" was cleared {"nonce":"1"}', history: { length: 2 } })
})

t.test('a history that does not fail a second time is reported as it is', async (t) => {
  let runs = 0
  const { failure } = await searchSeed(search(5), async () => {
    runs += 1
    return runs === 1 ? 'by chance' : undefined
  })
  t.match(failure?.message, /^by chance\n\(the same history did not fail a second time/)
  t.equal(failure?.history.length, failure?.foundWith)
})

t.test('an error becomes a message, and a history without commands passes', async (t) => {
  t.equal(await runHistory([]), undefined)
  t.match(await runHistory([{ do: 'change' } as never]), /undefined/)
})

t.test('threads share the seeds, and each is searched once', async (t) => {
  const found: number[] = []
  await searchSeeds({
    seeds: [1, 2, 3],
    typesOf: (seed) => (seed === 2 ? 'core' : 'all'),
    histories: 2,
    threads: 2,
    onResult: ({ seed, histories }) => {
      t.equal(histories, 2)
      found.push(seed)
    },
  })
  t.strictSame(found.toSorted(), [1, 2, 3])
})
