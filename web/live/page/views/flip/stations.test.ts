// The stations of a lane, and the sentence about all lanes.

import t from 'tap'
import type { FlipLane } from '../../store/contract.ts'
import { stationsOf, summaryOf } from './stations.ts'

const at = (seconds: number) => new Date(Date.UTC(2026, 0, 1) + seconds * 1_000).toISOString()
const FLIP = { revision: 2, at: at(0), fleets: ['edge'], lanes: [] }
const SENT: FlipLane = { node: 'edge-1', fleet: 'edge', sentAt: at(0.002) }
const ACKED: FlipLane = { ...SENT, ackedAt: at(0.014), ackMs: 12 }

const LANES: readonly {
  readonly title: string
  readonly lane: FlipLane
  readonly stations: readonly string[]
}[] = [
  {
    title: 'before it is sent',
    lane: { node: 'edge-1', fleet: 'edge' },
    stations: ['waiting to be sent', 'unreached', 'unreached', 'unreached'],
  },
  {
    title: 'without an answer',
    lane: SENT,
    stations: ['done after 2 ms', 'waiting no answer yet', 'unreached', 'unreached'],
  },
  {
    title: 'NACKed',
    lane: { ...SENT, nack: { message: 'no' } },
    stations: ['done after 2 ms', 'failed rejected (NACK)', 'unreached', 'unreached'],
  },
  {
    title: 'ACKed, with old connections',
    lane: { ...ACKED, oldConnections: 3 },
    stations: ['done after 2 ms', 'done ACK in 12 ms', 'waiting no call seen yet', 'waiting 3 still open'],
  },
  {
    title: 'through',
    lane: { ...ACKED, firstCallAt: at(0.102), oldConnections: 0, lastGoneAt: at(4.214) },
    stations: ['done after 2 ms', 'done ACK in 12 ms', 'done after 100 ms', 'done after 4.2 s'],
  },
  {
    title: 'ACKed, where nothing was connected',
    lane: { ...ACKED, oldConnections: 0 },
    stations: ['done after 2 ms', 'done ACK in 12 ms', 'waiting no call seen yet', 'done none'],
  },
]

for (const { title, lane, stations } of LANES) {
  t.test(`the stations of a lane ${title}`, async (t) => {
    t.same(
      stationsOf(lane, FLIP).map(({ state, text }) => `${state} ${text}`.trim().replaceAll('\u00a0', ' ')),
      stations,
    )
  })
}

t.test('a lane of a revision that is not in force any more waits for nothing', async (t) => {
  const texts = (lane: FlipLane) =>
    stationsOf(lane, FLIP, 'rolled back').map(({ state, text }) =>
      `${state} ${text}`.trim().replaceAll('\u00a0', ' '),
    )
  t.same(texts(SENT).slice(1), ['unreached rolled back', 'unreached', 'unreached'])
  t.same(texts({ ...ACKED, oldConnections: 3 }).slice(2), ['unreached rolled back', 'unreached'])
})

const plainSummary = (...args: Parameters<typeof summaryOf>) => {
  const { tone, text } = summaryOf(...args)
  return { tone, text: text.replaceAll('\u00a0', ' ') }
}

t.test('the sentence about the fleet says the worst first', async (t) => {
  const called = { ...ACKED, firstCallAt: at(0.102), oldConnections: 0 }
  const nacked = { ...SENT, node: 'edge-2', nack: { message: 'no' } }
  t.match(plainSummary(FLIP, [called, nacked]), { tone: 'bad', text: /^edge-2 rejected it/ })
  t.match(plainSummary(FLIP, [called, SENT]), { tone: 'busy', text: '1 of 2 Envoys accepted it so far.' })
  t.match(plainSummary(FLIP, [called, { ...called, oldConnections: 1 }]), {
    tone: 'busy',
    text: 'All 2 Envoys accepted it within 14 ms. The first call by it ended after 102 ms. 1 connection from before is still open.',
  })
  t.match(plainSummary(FLIP, [called]), { tone: 'good', text: /^The Envoy accepted it within 14 ms/ })
  t.match(plainSummary(FLIP, []), { tone: 'busy', text: /No Envoy is connected/ })
})
