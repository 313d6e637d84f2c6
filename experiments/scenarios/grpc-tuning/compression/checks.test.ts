// The checks of compression: each holds of calls as they must be, and fails of others. Payloads are what their names say.

import { gzipSync } from 'node:zlib'
import t from 'tap'
import { facts } from '../../../../harness/facts.ts'
import type { Check, Measured, Results } from '../../../../harness/results.ts'
import { KIND_NAMES, payloadOf } from '../../../../testbed/data-peers/compressible/payloads.ts'
import { payloadCells } from './cells.ts'
import { COMPRESSION } from './chapter.ts'
import { paysBelow } from './measured.ts'
import type { SeenCall } from './on-the-wire.ts'

function outcomeOf(id: string, measured: Measured, part: string): readonly Check['outcome'][] {
  const results = {
    profile: { name: 'standard' },
    plan: { rounds: 1 },
    runs: [{ id, labels: {}, round: 1, state: 'measured', measured }],
  } as unknown as Results
  return COMPRESSION.checks(results)
    .filter(({ title }) => title.includes(part))
    .map(({ outcome }) => outcome)
}

t.test('O7.4: payloads have their size, and those that should shrink do', async (t) => {
  const sizes = new Set(payloadCells({ name: 'standard' }).map(({ bytes }) => bytes))
  for (const kind of KIND_NAMES) {
    for (const bytes of sizes) {
      const payload = payloadOf(kind, bytes)
      t.equal(payload.length, bytes)
      const shrinks = ['text', 'numbers', 'repeated'].includes(kind)
      const after = gzipSync(payload).length
      if (bytes >= 1_024) t.equal(after < bytes, shrinks, `${kind}: ${after} of ${bytes} bytes`)
    }
  }
})

t.test(
  'O7.4: a payload that changes in the wrong direction, or a failed call, fails its check',
  async (t) => {
    const run = (identity: number, gzip: number, failed = 0) =>
      facts({
        ...{ calls: 10, codes: { OK: 10 - failed, INTERNAL: failed } },
        figures: {
          'identity: to the server (bytes a call)': identity,
          'gzip: to the server (bytes a call)': gzip,
        },
      })
    const outcome = (kind: string, measured: Measured, part: string) =>
      outcomeOf(`compression.${kind}.16384-bytes`, measured, part)
    t.strictSame(outcome('text', run(16_500, 3_000), 'smaller from'), ['holds'])
    t.strictSame(outcome('text', run(16_500, 16_500), 'smaller from'), ['fails'])
    t.strictSame(outcome('random', run(16_500, 16_520), 'smaller from'), ['holds'])
    t.strictSame(outcome('random', run(16_500, 16_400), 'smaller from'), ['fails'])
    t.strictSame(outcome('text', run(16_384, 3_000), 'whatever is in it'), ['fails'])
    t.strictSame(outcome('text', run(16_500, 3_000), 'whatever is in it'), ['holds'])
    t.strictSame(outcome('text', run(1, 1, 1), 'is answered'), ['fails'])
    t.strictSame(outcome('text', run(1, 1), 'is answered'), ['holds'])
  },
)

t.test('O7.4: a call that outruns a link, or a flag that is wrong, fails its check', async (t) => {
  const linked = (least: number) =>
    facts({
      figures: {
        'identity: to the server (bytes a call)': 64_500,
        'gzip: to the server (bytes a call)': 2_000,
        'identity: shortest call (ms)': least,
        'gzip: shortest call (ms)': 1,
      },
    })
  // 62,500 bytes are 50 ms at 10 Mbit/s, and the round trip takes one.
  const outcome = (least: number) => outcomeOf('compression.link.text.10-mbit', linked(least), 'no call is')
  t.strictSame(outcome(51), ['holds'])
  t.strictSame(outcome(50.9), ['fails'])
  const accepts = 'identity,deflate,gzip'
  const seen = (encoding: string | undefined, compressed: boolean, answered = false): SeenCall => ({
    ...{ encoding, accepts, serverAccepts: accepts },
    request: { compressed, bytes: 1 },
    answer: { compressed: answered, bytes: 1 },
  })
  const wire = (name: string, call: SeenCall, part: string) =>
    outcomeOf('compression.wire', facts({ texts: { [name]: JSON.stringify(call) } }), part)
  t.strictSame(wire('gzip', seen('gzip', true), 'A channel'), ['holds'])
  t.strictSame(wire('gzip', seen('gzip', false), 'A channel'), ['fails'])
  t.strictSame(wire('identity', seen('gzip', false), 'A channel'), ['fails'])
  t.strictSame(wire('gzip channel, one call without', seen('gzip', true), 'A channel'), ['fails'])
  t.strictSame(wire('gzip', seen('gzip', true, true), 'A server'), ['fails'])
  t.strictSame(wire('gzip', seen('gzip', true), 'A server'), ['holds'])
})

t.test('O7.4: a bomb that a limit lets through fails its check', async (t) => {
  const bomb = (code: string) =>
    facts({
      ...{ calls: 6, codes: { [code]: 6 } },
      figures: { 'message (bytes)': 1e7, 'on the wire (bytes)': 1e4 },
    })
  const outcome = (id: string, code: string, part: string) =>
    outcomeOf(`compression.bomb.${id}`, bomb(code), part)
  t.strictSame(outcome('limited', 'RESOURCE_EXHAUSTED', 'counts bytes after'), ['holds'])
  t.strictSame(outcome('limited', 'OK', 'counts bytes after'), ['fails'])
  t.strictSame(outcome('unlimited', 'OK', 'Without that limit'), ['holds'])
  t.strictSame(outcome('unlimited', 'RESOURCE_EXHAUSTED', 'Without that limit'), ['fails'])
})

t.test('O7.4: the bandwidth below which gzip pays is what it saves in the time that it adds', async (t) => {
  const encoding = (wire: number, p50: number) => ({ wire, p50, client: 0, server: 0, least: 0 })
  t.equal(paysBelow({ identity: encoding(126_000, 1), gzip: encoding(1_000, 2) }), 1_000, '1 Mbit in 1 ms')
  t.equal(paysBelow({ identity: encoding(100, 1), gzip: encoding(101, 2) }), 0, 'never')
  t.equal(paysBelow({ identity: encoding(100, 2), gzip: encoding(99, 2) }), Number.POSITIVE_INFINITY)
})
