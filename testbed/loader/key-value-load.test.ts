// Loads on the key-value service, and streams that a plan cuts.

import t from 'tap'
import { openLoader, openTarget, runUntil, SHORT_LOAD } from '../../test/support/loader.ts'

t.test('O8.8: values of a size are put and got, and those that are got were put before', async (t) => {
  const target = await openTarget(t, 'b1')
  const load = await openLoader(t)
  for (const kind of ['get', 'put'] as const) {
    const plan = { ...SHORT_LOAD, target, seconds: 0.5, calls: { kind, payloadBytes: 1_000 } }
    const { calls, codes, shares, bytes, messages } = await load.run(plan)
    t.same([codes, shares], [{ OK: calls }, { b1: calls }], kind)
    // An answer has the entry, and a request of a put has the value too.
    const values = kind === 'put' ? 2 : 1
    t.ok(bytes > (messages / 2 - 8) * values * 1_000, `${bytes} bytes in ${messages} messages`)
  }
})

t.test('a value that the service rejects fails the load, with the text of the service', async (t) => {
  const target = await openTarget(t, 'b1')
  const load = await openLoader(t)
  const calls = { kind: 'get', payloadBytes: 1024 ** 2 + 1 } as const
  const message = /KeyValueService\/Put before the load: INVALID_ARGUMENT value/
  await t.rejects(load.run({ ...SHORT_LOAD, target, calls }), { code: 'process-failed', message })
  const largest = { ...calls, payloadBytes: 1024 ** 2 }
  const { codes, calls: made } = await load.run({
    ...SHORT_LOAD,
    target,
    calls: largest,
    seconds: 0.3,
  })
  t.same(codes, { OK: made })
})

t.test('a plan that cuts streams does not wait for those that are open at the end', async (t) => {
  const target = await openTarget(t, 'b1')
  const load = await openLoader(t)
  const plan = {
    ...{ ...SHORT_LOAD, target, connections: 1, warmUpSeconds: 0, seconds: 0.3 },
    loop: { kind: 'closed', concurrency: 2 } as const,
    calls: { kind: 'bidirectional', messages: 10_000, everyMs: 4 } as const,
  }
  // Forty seconds each: without the cut they are waited for.
  const cut = await runUntil(load, { ...plan, cutStreams: true }, ({ messages }) => messages > 0)
  t.equal(cut.calls, 0)
  t.ok(cut.histograms.failed !== undefined, 'they ended as cancelled')
  const whole = await load.run({ ...plan, calls: { ...plan.calls, messages: 100 } })
  t.equal(whole.histograms.failed, undefined)
})
