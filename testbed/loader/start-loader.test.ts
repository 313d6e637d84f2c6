// The load generator as a process: what it counts, what it times, and how it ends.

import t from 'tap'
import { freePort } from '../../processes/free-port.ts'
import { openLoader, openTarget, runUntil, SHORT_LOAD } from '../../test/support/loader.ts'
import { until } from '../../test/support/until.ts'
import { decodeHistogram, quantileMs } from '../measure/histogram.ts'

const countOf = (text: string | undefined) => decodeHistogram(text ?? '').totalCount

t.test(
  'O4.9: a closed loop calls over all connections, and counts calls by status and backend',
  async (t) => {
    const targets = await Promise.all(['b1', 'b2'].map((id) => openTarget(t, id)))
    const load = await openLoader(t)
    const calls = { kind: 'unary', payloadBytes: 100, responseBytes: 1_000 } as const
    const plan = { ...SHORT_LOAD, targets, calls }
    const result = await runUntil(load, plan, ({ shares }) => Object.keys(shares).length === 2)
    t.ok([1, 2, 4, 8, 16].includes(result.seconds), `${result.seconds} s`)
    t.same(result.codes, { OK: result.calls })
    const { b1 = 0, b2 = 0 } = result.shares
    t.equal(b1 + b2, result.calls)
    // A call that crosses the beginning of the window has its answer in it, or at the end its request.
    t.ok(Math.abs(result.messages - 2 * result.calls) <= 8, 'two messages a call')
    t.ok(Math.abs(result.bytes - 1_150 * result.calls) < 0.1 * result.bytes + 8 * 1_150)
    t.ok(countOf(result.histograms.service) > 0)
    const sumOf = (name: string) =>
      result.series.find((series) => series.name === name)?.points.reduce((sum, [, calls]) => sum + calls, 0)
    t.same([sumOf('calls'), sumOf('b1'), sumOf('b2')], [result.calls, b1, b2])
    t.same(
      result.notes.filter((note) => !note.includes('saturated')),
      [],
    )
  },
)

t.test(
  'O4.9: an open loop times every call that is due within the window, from the moment it is due',
  async (t) => {
    const address = await openTarget(t, 'b1')
    const load = await openLoader(t)
    const result = await load.run({
      ...{ ...SHORT_LOAD, target: address },
      loop: { kind: 'open', callsPerSecond: 200 },
    })
    // A second at 200 calls a second, and the beginning of the window may fall on a call.
    for (const name of ['call', 'service']) {
      const count = countOf(result.histograms[name])
      t.ok(count >= 199 && count <= 201, `${name}: ${count}`)
    }
    t.ok(Number(result.figures['late (ms, p99)']) >= 0)
    t.equal(result.figures['calls never sent'], 0)
  },
)

t.test(
  'O4.9: calls that wait for others are late in "call" and not in "service", and those never sent count',
  async (t) => {
    const address = await openTarget(t, 'b1')
    const load = await openLoader(t)
    const result = await load.run({
      ...{ ...SHORT_LOAD, target: address, warmUpSeconds: 0 },
      loop: { kind: 'open', callsPerSecond: 200, atMost: 1 },
      calls: { kind: 'unary', delayMs: 50 },
    })
    const [call, service] = [result.histograms.call, result.histograms.service].map(decodeHistogram)
    if (call === undefined || service === undefined) return t.fail('both are there')
    const neverSent = result.figures['calls never sent'] ?? 0
    // At 50 ms a call, 20 of 200 can be sent.
    t.ok(neverSent >= 178, `${neverSent} were never sent`)
    t.equal(call.totalCount, service.totalCount + neverSent)
    t.ok(quantileMs(call, 1) >= 800, 'the first call that was never sent has waited the whole second')
    t.ok(result.notes.some((note) => note.includes(`${neverSent} calls were due and never sent`)))
  },
)

t.test('O7.8: where all calls wait for others, the load generator has no lateness of its own', async (t) => {
  const address = await openTarget(t, 'b1')
  const load = await openLoader(t)
  const { figures } = await load.run({
    ...{ ...SHORT_LOAD, target: address, warmUpSeconds: 0.2, seconds: 0.3 },
    // The queue begins in the warm-up, and only gets longer.
    loop: { kind: 'open', callsPerSecond: 200, atMost: 1 },
    calls: { kind: 'unary', delayMs: 50 },
  })
  t.strictSame(
    Object.keys(figures).filter((name) => name.startsWith('late')),
    [],
  )
  for (const [name, value] of Object.entries(figures)) t.ok(Number.isFinite(value), name)
})

t.test('a window that is shorter than a call goes on until one has begun and ended', async (t) => {
  const address = await openTarget(t, 'b1')
  const load = await openLoader(t)
  const calls = { kind: 'unary', delayMs: 200 } as const
  const result = await load.run({ ...SHORT_LOAD, target: address, calls, warmUpSeconds: 0.3, seconds: 0.01 })
  t.ok(countOf(result.histograms.service) > 0)
  t.ok(result.calls > 0 && result.seconds >= 0.2, `${result.calls} calls in ${result.seconds} s`)
})

t.test('a call that fails is counted by its status, and does not make the others look faster', async (t) => {
  const load = await openLoader(t)
  const target = `127.0.0.1:${await freePort()}`
  const result = await load.run({ ...SHORT_LOAD, target, deadlineMs: 20_000 })
  t.same(result.codes, { UNAVAILABLE: result.calls })
  t.same(result.shares, {})
  t.equal(countOf(result.histograms.call), 0)
  t.ok(countOf(result.histograms.failed) > 0)
  t.ok(Object.keys(result.errors).some((text) => text.includes('ECONNREFUSED')))
  t.ok(result.notes.some((note) => note.includes('2 of 2 connections were not ready')))
})

t.test('a call that takes too long fails by its deadline, and counts as that long', async (t) => {
  const address = await openTarget(t, 'b1')
  const load = await openLoader(t)
  const calls = { kind: 'unary', delayMs: 20_000 } as const
  const result = await load.run({ ...SHORT_LOAD, target: address, calls, deadlineMs: 100 })
  t.same(Object.keys(result.codes), ['DEADLINE_EXCEEDED'])
  t.ok(quantileMs(decodeHistogram(result.histograms.service), 0.5) >= 99)
})

t.test('O4.1: streams of every kind carry their messages, and the gaps between them are timed', async (t) => {
  const address = await openTarget(t, 'b1')
  const load = await openLoader(t)
  const kinds = { 'server-stream': 6, bidirectional: 10, 'client-stream': 6 } as const
  for (const [kind, messages] of Object.entries(kinds)) {
    const calls = { kind: kind as keyof typeof kinds, messages: 5, everyMs: 20 }
    const result = await load.run({ ...SHORT_LOAD, target: address, calls })
    t.same(result.codes, { OK: result.calls }, kind)
    t.ok(Math.abs(result.messages - messages * result.calls) <= messages * 8, `${messages} messages a call`)
    if (kind === 'client-stream') continue
    const gaps = decodeHistogram(result.histograms.gap ?? '')
    t.equal(gaps.totalCount, result.messageShares.b1)
    // On a busy machine several messages arrive at once, after one that was late: most gaps are short then, and the mean is not.
    t.ok(gaps.mean / 1_000 >= 10, 'the gaps are as long as the server waits')
    // Timers of Node may fire up to a millisecond early.
    const shortest = quantileMs(decodeHistogram(result.histograms.service ?? ''), 0)
    t.ok(shortest >= 5 * 19, 'the server waits before each message')
  }
})

t.test('streams that outlast the window are cancelled after it; their messages are counted', async (t) => {
  const address = await openTarget(t, 'b1')
  const load = await openLoader(t)
  const calls = { kind: 'server-stream', messages: 6_000, everyMs: 10 } as const
  const plan = { ...SHORT_LOAD, target: address, calls }
  const result = await runUntil(load, plan, ({ messageShares }) => (messageShares.b1 ?? 0) > 0)
  t.equal(result.calls, 0)
  t.equal(result.figures['calls open at the end'], 4)
  t.ok((result.figures['calls made, warm-up included'] ?? 0) >= result.calls + 4)
  t.ok(result.series.some(({ name, unit }) => name === 'b1' && unit === 'messages'))
})

t.test('the named parts of mixed calls have histograms of their own', async (t) => {
  const address = await openTarget(t, 'b1')
  const load = await openLoader(t)
  const calls = {
    kind: 'mixed',
    of: [
      { weight: 1, name: 'cheap', shape: { kind: 'unary' } },
      { weight: 1, name: 'costly', shape: { kind: 'unary', delayMs: 20 } },
    ],
  } as const
  const plan = { ...SHORT_LOAD, target: address, calls }
  const { histograms } = await runUntil(load, plan, (result) =>
    ['service cheap', 'service costly'].every((name) => countOf(result.histograms[name]) > 0),
  )
  t.equal(
    countOf(histograms['service cheap']) + countOf(histograms['service costly']),
    countOf(histograms.service),
  )
  t.ok(quantileMs(decodeHistogram(histograms['service costly'] ?? ''), 0.01) >= 19)
})

t.test('O4.9: a background load runs until its end, and notes what happens meanwhile', async (t) => {
  const address = await openTarget(t, 'b1')
  const load = await openLoader(t)
  const { seconds: _, ...plan } = SHORT_LOAD
  const background = await load.begin({ ...plan, target: address })
  background.mark('now')
  // Another load of the same process is apart from it.
  const { calls } = await load.run({ ...SHORT_LOAD, target: address })
  await until(async () => (await background.counts()).calls > 0)
  background.mark('then')
  const [first, second] = await Promise.all([background.counts(), background.counts()])
  t.ok(second.calls >= first.calls)
  t.match(first, { failed: 0, shares: { b1: first.calls } })
  const result = await background.end()
  t.ok(result.seconds >= 1)
  t.ok(result.calls > 0 && calls > 0)
  t.match(result.marks, [{ label: 'now' }, { label: 'then' }])
  const [now, then] = result.marks
  t.ok(now && then && now.atMs >= 0 && then.atMs - now.atMs >= 1_000)
})

t.test('a plan that is not possible is rejected with all its problems', async (t) => {
  const load = await openLoader(t)
  await t.rejects(load.run({ ...SHORT_LOAD, target: '', connections: 0 }), {
    code: 'invalid-argument',
    problems: [{ path: 'target' }, { path: 'connections' }],
  })
})

t.test('a load of a loader that ends is rejected', async (t) => {
  const address = await openTarget(t, 'b1')
  const load = await openLoader(t)
  const begun = Promise.withResolvers<void>()
  const rejected = t.rejects(
    load.run({ ...SHORT_LOAD, target: address, seconds: 600 }, { onBegun: begun.resolve }),
    { code: 'process-failed', message: /ended while a load ran/ },
  )
  await begun.promise
  await load.stop()
  await rejected
})
