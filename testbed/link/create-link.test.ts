// The link is what was asked for: round trips, rate, loss, queue and packet size, measured by datagrams from end to end.

import t, { type Test } from 'tap'
import { ProcessGroup } from '../../processes/process-group.ts'
import { leavesNothing } from '../../test/support/namespaces.ts'
import { requireTool } from '../../test/support/requirements.ts'
import { sourceFile } from '../part.ts'
import { createLink, type Link } from './create-link.ts'
import type { LinkSettings } from './link-settings.ts'

const NEEDS = 'network links'
const PROBE = sourceFile('test/support/link-probe.py')
/** Bytes that IP and UDP add to a datagram. */
const HEADER_BYTES = 28
const PATIENCE_MS = 60_000
const PINGS = 30
const MOST_TRIES_OF_PINGS = 40
const MOST_BURSTS = 200

async function openLink(t: Test, settings: LinkSettings) {
  const group = new ProcessGroup()
  t.teardown(() => group.stop())
  return { group, link: await createLink(group, settings) }
}

/** Runs the probe to its end. */
async function probe<T>(link: Link, ...args: readonly (string | number)[]): Promise<T> {
  const { near, far } = link
  const output = await near.namespace.run('python3', PROBE, String(far.namespace.pid), ...args.map(String))
  return (JSON.parse(output) as { probe: T }).probe
}

/** Numbers of the datagrams that arrive, of those that are sent while the link is lossy. */
async function arrivals(group: ProcessGroup, link: Link, count: number, settings: LinkSettings) {
  const { near, far } = link
  await link.set(settings)
  const started = near.namespace.starterIn(group).start({
    name: 'probe',
    command: 'python3',
    args: [PROBE, String(far.namespace.pid), 'number', String(count)],
    ready: (line) => line === '"sent"' || undefined,
    timeoutMs: PATIENCE_MS,
  })
  await started.ready
  const { 'to-far': counts } = await link.counts()
  await link.set({ ...settings, loss: 0 })
  const numbers = await started.ask(
    'go on',
    (line) => (line.startsWith('{') ? (JSON.parse(line) as { probe: number[] }).probe : undefined),
    PATIENCE_MS,
  )
  await started.exited
  return { numbers, counts }
}

/** The shortest of all that it measures, until one is below: on a busy machine each takes longer, as long as that lasts. */
async function shortest(measure: () => Promise<number>, below: number, most: number): Promise<number> {
  let best = await measure()
  for (let tries = 1; best >= below && tries < most; tries += 1) best = Math.min(best, await measure())
  return best
}

t.test(
  `no round trip is shorter than asked for, and the shortest of up to ${PINGS * MOST_TRIES_OF_PINGS} hardly longer`,
  async (t) => {
    if (!requireTool(t, NEEDS)) return
    const { link } = await openLink(t, { rttMs: 40, mbitPerSecond: 100 })
    const isRoundTrip = async (rttMs: number) => {
      const ping = async () => Math.min(...(await probe<number[]>(link, 'ping', PINGS)))
      const ms = await shortest(ping, rttMs + 5, MOST_TRIES_OF_PINGS)
      t.ok(ms >= rttMs && ms < rttMs + 5, `${ms} ms of ${rttMs}`)
    }
    await isRoundTrip(40)
    await link.set({ rttMs: 10, mbitPerSecond: 100 })
    await isRoundTrip(10)
  },
)

t.test(
  `no burst is faster than the rate says, and the fastest of ${MOST_BURSTS} hardly slower`,
  async (t) => {
    if (!requireTool(t, NEEDS)) return
    const { link } = await openLink(t, { rttMs: 0, mbitPerSecond: 10 })
    const [count, bytes] = [40, 1_000]
    const msAt = (mbit: number) => (count * (bytes + HEADER_BYTES) * 8) / (mbit * 1_000)
    for (const mbitPerSecond of [10, 2]) {
      await link.set({ rttMs: 0, mbitPerSecond })
      const expected = msAt(mbitPerSecond)
      const measure = () => probe<number>(link, 'burst', count, bytes)
      const best = await shortest(measure, expected * 1.3, MOST_BURSTS)
      t.ok(
        best >= expected && best < expected * 1.3,
        `${best} ms at ${mbitPerSecond} Mbit/s, not ${expected}`,
      )
    }
  },
)

t.test('as many packets are lost as asked for, and with one seed always the same', async (t) => {
  if (!requireTool(t, NEEDS)) return
  const lossy = { rttMs: 0, mbitPerSecond: 1_000, loss: 0.05, seed: 7 }
  const { group, link } = await openLink(t, lossy)
  const count = 2_000
  const first = await arrivals(group, link, count, lossy)
  // Six standard deviations of a binomial count.
  const [expected, deviation] = [count * lossy.loss, Math.sqrt(count * lossy.loss * (1 - lossy.loss))]
  t.equal(first.counts.packets, count)
  t.ok(Math.abs(first.counts.lost - expected) < 6 * deviation, `${first.counts.lost} of ${count} are lost`)
  t.equal(first.numbers.length, count - first.counts.lost, 'what is not lost arrives')
  t.strictSame((await arrivals(group, link, count, lossy)).numbers, first.numbers)
  const other = await arrivals(group, link, count, { ...lossy, seed: 8 })
  t.strictNotSame(other.numbers, first.numbers, 'twin: another seed loses others')
  const none = await arrivals(group, link, count, { ...lossy, loss: 0 })
  t.strictSame(none.numbers, [...Array(count).keys()], 'twin: without loss all arrive, in order')
})

t.test('the next packet of a size can be lost, and no other', async (t) => {
  if (!requireTool(t, NEEDS)) return
  const settings = { rttMs: 0, mbitPerSecond: 1_000 }
  const { group, link } = await openLink(t, settings)
  await link.dropNext('to-far', HEADER_BYTES + 2)
  const started = link.near.namespace.starterIn(group).start({
    name: 'probe',
    command: 'python3',
    args: [PROBE, String(link.far.namespace.pid), 'number', '20'],
    ready: (line) => line === '"sent"' || undefined,
    timeoutMs: PATIENCE_MS,
  })
  await started.ready
  const numbers = await started.ask(
    'go on',
    (line) => (line.startsWith('{') ? (JSON.parse(line) as { probe: number[] }).probe : undefined),
    PATIENCE_MS,
  )
  // 10 is the first number with two digits.
  t.strictSame(
    numbers,
    [...Array(20).keys()].filter((one) => one !== 10),
  )
  t.match((await link.counts())['to-far'], { dropped: 1, lost: 0 })
})

t.test('a queue without room drops packets, and no packet is larger than the MTU', async (t) => {
  if (!requireTool(t, NEEDS)) return
  const settings = { rttMs: 0, mbitPerSecond: 8, mtu: 600 }
  const { group, link } = await openLink(t, settings)
  // The line sends a byte each microsecond: 300 datagrams that come faster do not fit.
  const overflowedWith = async (queueBytes: number) =>
    (await arrivals(group, link, 300, { ...settings, queueBytes })).counts.overflowed
  t.ok((await overflowedWith(0)) > 0)
  t.equal(await overflowedWith(100_000), 0, 'twin: with room')
  await probe(link, 'burst', 1, 4_000)
  const { largestBytes } = (await link.counts())['to-far']
  // Fragments end at a multiple of eight bytes.
  t.ok(largestBytes <= 600 && largestBytes > 590, `${largestBytes} bytes`)
})

t.test('hosts use the congestion control of the settings', async (t) => {
  if (!requireTool(t, NEEDS)) return
  const { link } = await openLink(t, { rttMs: 0, mbitPerSecond: 8 })
  t.strictSame(await probe(link, 'control'), ['cubic', 'cubic'])
  await link.set({ rttMs: 0, mbitPerSecond: 8, congestionControl: 'reno' })
  t.strictSame(await probe(link, 'control'), ['reno', 'reno'])
})

t.test('invalid settings are rejected with all problems', async (t) => {
  const group = new ProcessGroup()
  t.teardown(() => group.stop())
  await t.rejects(
    createLink(group, { rttMs: -1, mbitPerSecond: 0, loss: 2, seed: 0.5, queueBytes: -1, mtu: 10 }),
    {
      code: 'invalid-argument',
      problems: ['rttMs', 'mbitPerSecond', 'loss', 'seed', 'queueBytes', 'mtu'].map((path) => ({ path })),
    },
  )
})

t.test('nothing is left of a link, and the own network never had any of it', async (t) => {
  if (!requireTool(t, NEEDS)) return
  await leavesNothing(t, async () => {
    const { group, link } = await openLink(t, { rttMs: 1, mbitPerSecond: 10 })
    return { group, namespaces: [link.near.namespace, link.far.namespace] }
  })
})
