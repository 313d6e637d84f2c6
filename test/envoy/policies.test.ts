// Each load-balancing policy with real traffic: a property that only this policy has, and a twin without it.

import t, { type Test } from 'tap'
import { callEcho } from '../support/call-echo.ts'
import { serveEcho } from '../support/echo-pair.ts'
import { connectEcho, type Edge, startEdge, startEndpoints, tallyOf } from '../support/edge.ts'

/** Whether each call goes to the backend that was called `backends` calls before: strict turns. */
function takesTurns(answers: readonly string[], backends: number): boolean {
  return answers.every((id, index) => index < backends || id === answers[index - backends])
}

t.test('round robin takes turns exactly, and random does not', async (t) => {
  const echo = { endpoints: await startEndpoints(t, 'b1', 'b2', 'b3') }
  const edge = await startEdge(t, { upstreams: { echo } })
  const client = connectEcho(t, edge.address)
  const turns = await callEcho(client, { count: 300 })
  t.same(tallyOf(turns), { b1: 100, b2: 100, b3: 100 })
  t.ok(takesTurns(turns, 3), 'in turns')

  await edge.serve({ upstreams: { echo }, lb: { policy: 'random' } })
  const drawn = await callEcho(client, { count: 300 })
  t.notOk(takesTurns(drawn, 3), 'the twin does not take strict turns')
})

t.test('round robin gives an endpoint turns in proportion to its weight', async (t) => {
  const { b1, b2 } = await startEndpoints(t, 'b1', 'b2')
  const edge = await startEdge(t, { upstreams: { echo: { endpoints: { b1, b2: { ...b2, weight: 2 } } } } })
  const client = connectEcho(t, edge.address)
  const weighted = tallyOf(await callEcho(client, { count: 300 }))
  // Envoy chooses where in the cycle it starts, so the counts may be one turn off.
  t.ok(Math.abs((weighted.b2 ?? 0) - 200) <= 2, `b2 got ${weighted.b2} of 300`)

  await edge.serve({ upstreams: { echo: { endpoints: { b1, b2 } } } })
  t.same(tallyOf(await callEcho(client, { count: 300 })), { b1: 150, b2: 150 }, 'the twin shares evenly')
})

/** Calls of one run. */
const CALLS = 900

/**
 * A slow backend by count, not by time: it answers a call when the fast ones have answered 100 more, when 12 calls wait, or when no
 * further call of the run can come.
 */
async function startSlowAndFast(t: Test): Promise<readonly string[]> {
  let arrived = 0
  let answered = 0
  const waiting: { readonly due: number; readonly answer: () => void }[] = []
  const isReleased = ([oldest]: typeof waiting) =>
    oldest !== undefined && (oldest.due <= answered || waiting.length >= 12 || arrived % CALLS === 0)
  const release = () => {
    while (isReleased(waiting)) waiting.shift()?.answer()
  }
  const fast = () =>
    serveEcho(t, {
      unary: async () => {
        arrived += 1
        answered += 1
        release()
        return { backendId: 'fast' }
      },
    })
  const slow = await serveEcho(t, {
    unary: async () => {
      const { promise, resolve } = Promise.withResolvers<void>()
      arrived += 1
      waiting.push({ due: answered + 100, answer: resolve })
      release()
      await promise
      return { backendId: 'slow' }
    },
  })
  return [await fast(), await fast(), slow]
}

t.test('least request prefers fast backends, and round robin does not', async (t) => {
  const addresses = await startSlowAndFast(t)
  const echo = {
    endpoints: Object.fromEntries(addresses.map((address, index) => [`b${index}`, { address }])),
  }
  const edge = await startEdge(t, { upstreams: { echo }, lb: { policy: 'least_request' } })
  const client = connectEcho(t, edge.address)
  const shareOfSlow = async () => tallyOf(await callEcho(client, { count: CALLS, concurrency: 16 })).slow ?? 0
  // Both of two draws are the slow backend in 1 of 9 cases: 100 calls, standard deviation 9. Ties add a few.
  const least = await shareOfSlow()
  t.ok(least < 200, `the slow backend got ${least} of ${CALLS}`)

  await edge.serve({ upstreams: { echo }, lb: { policy: 'round_robin' } })
  const turns = await shareOfSlow()
  t.ok(turns >= 290, `the twin gives it ${turns}`)
})

t.test('random is even within chance, and draws are independent', async (t) => {
  const echo = { endpoints: await startEndpoints(t, 'b1', 'b2', 'b3') }
  const edge = await startEdge(t, { upstreams: { echo }, lb: { policy: 'random' } })
  const client = connectEcho(t, edge.address)
  const count = 1200
  // With two degrees of freedom, chi-square is above x with the probability exp(-x / 2): above 27.7 once in a million.
  const chiSquare = (answers: readonly string[]) =>
    ['b1', 'b2', 'b3']
      .map((id) => ((tallyOf(answers)[id] ?? 0) - count / 3) ** 2 / (count / 3))
      .reduce((sum, term) => sum + term)
  // Each call repeats the backend before it with probability 1/3: six standard deviations are exceeded once in 10^8.
  const deviationsOfRepeats = (answers: readonly string[]) => {
    const repeats = answers.filter((id, index) => index > 0 && id === answers[index - 1]).length
    return Math.abs(repeats - (count - 1) / 3) / Math.sqrt(((count - 1) * 2) / 9)
  }
  const drawn = await callEcho(client, { count })
  t.ok(chiSquare(drawn) < 27.7, `chi-square ${chiSquare(drawn)}`)
  t.ok(deviationsOfRepeats(drawn) < 6, `repeats off by ${deviationsOfRepeats(drawn)} deviations`)

  await edge.serve({ upstreams: { echo }, lb: { policy: 'round_robin' } })
  const turns = await callEcho(client, { count })
  t.ok(deviationsOfRepeats(turns) > 6, 'the twin, round robin, is not independent')
})

const KEYS = 3000
const BACKENDS = ['b1', 'b2', 'b3', 'b4']

/** The backend of each key. */
function placeKeys(t: Parameters<typeof connectEcho>[0], { address }: Edge, keys = KEYS): Promise<string[]> {
  const headers = (index: number) => ({ 'x-user': `user-${index}` })
  return callEcho(connectEcho(t, address), { count: keys, concurrency: 16, headers })
}

const HASHING = [
  // A larger ring than the default, so that the randomness of its layout is small.
  { policy: 'ring_hash', minimumRingSize: 8192 },
  { policy: 'maglev' },
]

for (const lb of HASHING) {
  t.test(
    `${lb.policy} keeps each key on one backend, and moves few keys when a backend is removed`,
    async (t) => {
      const all = await startEndpoints(t, ...BACKENDS)
      const { b4: _, ...rest } = all
      const edge = await startEdge(t, { upstreams: { echo: { endpoints: all } }, lb })
      const before = await placeKeys(t, edge)
      t.same(Object.keys(tallyOf(before)).sort(), BACKENDS, 'every backend has keys')
      t.same(await placeKeys(t, edge, 600), before.slice(0, 600), 'a key stays, also on another connection')

      await edge.serve({ upstreams: { echo: { endpoints: rest } }, lb })
      const after = await placeKeys(t, edge)
      const moved = after.filter((id, key) => id !== before[key]).length
      const orphaned = before.filter((id) => id === 'b4').length
      t.ok(moved >= orphaned, 'the keys of the removed backend move')
      t.ok(moved <= (2 * KEYS) / BACKENDS.length, `${moved} keys moved; ${orphaned} of them had to`)
    },
  )
}

t.test(
  'a policy that does not hash scatters a key, and moves most keys when a backend is removed',
  async (t) => {
    const all = await startEndpoints(t, ...BACKENDS)
    const { b4: _, ...rest } = all
    const lb = { policy: 'random' }
    const edge = await startEdge(t, { upstreams: { echo: { endpoints: all } }, lb })
    const before = await placeKeys(t, edge)
    t.notSame(await placeKeys(t, edge, 600), before.slice(0, 600))
    await edge.serve({ upstreams: { echo: { endpoints: rest } }, lb })
    const after = await placeKeys(t, edge)
    const moved = after.filter((id, key) => id !== before[key]).length
    // Three of four are expected to move: 2250 with a standard deviation of 24.
    t.ok(moved > (2 * KEYS) / BACKENDS.length, `${moved} moved`)
  },
)
