// Which streams a lost packet held up, from made-up arrivals.

import t from 'tap'
import type { Arrival } from '../peers/jobs/ticks.ts'
import { heldUpBy, overtakenOf } from './held-up.ts'

const RTT_MS = 40

/** A record of each of three streams every 10 ms, which takes 20 ms, except those in `late`. In the order of their arrival. */
function arrivalsWith(late: Readonly<Record<string, number>>): readonly Arrival[] {
  const all = Array.from({ length: 40 }, (_, tick) =>
    [0, 1, 2].map((stream) => {
      const sentMs = 1_000 + 10 * tick
      return { stream, tick, sentMs, arrivedMs: sentMs + (late[`${stream} ${tick}`] ?? 20) }
    }),
  ).flat()
  return all.toSorted((a, b) => a.arrivedMs - b.arrivedMs)
}

const SIX = { rttMs: RTT_MS, connections: 6 }
const ONE = { rttMs: RTT_MS, connections: 1 }

t.test('O2.3: a stream is held up if a record comes a round trip later than those of its tick', async (t) => {
  const arrivals = arrivalsWith({ '1 12': 80, '0 25': 90, '2 25': 55 })
  t.strictSame(heldUpBy(arrivals, [1_120, 1_250], SIX), { streams: [1, 1], longestMs: [80, 90] })
  t.strictSame(heldUpBy(arrivals, [1_120, 1_200], SIX).streams, [1, 1], 'by the drop before it')
  t.strictSame(
    heldUpBy(arrivalsWith({}), [1_120], SIX),
    { streams: [0], longestMs: [20] },
    'twin: nothing is late',
  )
  const together = arrivalsWith({ '0 12': 80, '1 12': 80, '2 12': 80 })
  t.strictSame(
    heldUpBy(together, [1_120], SIX).streams,
    [0],
    'twin: a machine that stalls delays all of them',
  )
  t.strictSame(heldUpBy(together, [1_120], ONE).streams, [3], 'on one connection, all of them wait')
})

t.test('O2.3: a record is overtaken if one of a later tick arrives before it', async (t) => {
  t.equal(overtakenOf(arrivalsWith({})), 0)
  t.equal(overtakenOf(arrivalsWith({ '1 12': 80 })), 1)
  const together = { '0 12': 80, '1 12': 80, '2 12': 80, '0 13': 70, '1 13': 70, '2 13': 70 }
  const inOrder = { ...together, '0 14': 60, '1 14': 60, '2 14': 60, '0 15': 50, '1 15': 50, '2 15': 50 }
  const rest = Object.fromEntries(
    [16, 17].flatMap((tick) => [0, 1, 2].map((one) => [`${one} ${tick}`, 200 - 10 * tick])),
  )
  t.equal(overtakenOf(arrivalsWith({ ...inOrder, ...rest })), 0, 'twin: all wait together')
})
