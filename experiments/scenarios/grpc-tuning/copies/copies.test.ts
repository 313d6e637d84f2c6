// The ledger sees each copy and nothing else, and the checks of copies fail of ledgers that are otherwise.

import t from 'tap'
import { facts } from '../../../../harness/facts.ts'
import type { Check, Results } from '../../../../harness/results.ts'
import {
  decodeEcho,
  echoRequest,
  encodeAsCopy,
  encodeAsView,
} from '../../../../testbed/data-peers/copies/echo-codec.ts'
import { type Copy, copiesDuring } from '../../../../testbed/data-peers/copies/watch-copies.ts'
import { COPIES } from './chapter.ts'

const BYTES = 100_000

t.test('O7.6: copies of bytes are seen, views are not, and nothing is watched afterward', async (t) => {
  const source = Buffer.alloc(BYTES)
  const before = [Buffer.from, Uint8Array.prototype.slice]
  const seen = async (run: () => unknown) =>
    (await copiesDuring(async () => void run(), BYTES)).map(({ by, bytes }) => `${by} ${bytes}`)
  t.strictSame(await seen(() => Buffer.concat([source, source])), ['Buffer.concat 200000'])
  t.strictSame(await seen(() => Buffer.from(source)), ['Buffer.from 100000'])
  t.strictSame(await seen(() => source.copy(Buffer.alloc(BYTES))), ['buffer.copy 100000'])
  t.strictSame(await seen(() => new Uint8Array(BYTES).set(source)), ['array.set 100000'])
  t.strictSame(await seen(() => new Uint8Array(BYTES).slice()), ['array.slice 100000'])
  t.strictSame(await seen(() => source.subarray(5)), [], 'a view')
  t.strictSame(await seen(() => Buffer.from(new ArrayBuffer(BYTES))), [], 'a view of an ArrayBuffer')
  t.strictSame(await seen(() => Buffer.from(source.subarray(1))), [], 'a copy that is too small')
  t.strictSame([Buffer.from, Uint8Array.prototype.slice], before)
})

t.test('O7.6: a view is what a copy is, byte by byte', async (t) => {
  const message = echoRequest(new Uint8Array(1_000).fill(7))
  t.same(encodeAsView(message), encodeAsCopy(message))
  t.same(decodeEcho(encodeAsView(message)).payload, message.payload)
})

t.test('O7.6: another number of copies fails its check', async (t) => {
  const bytes = 1_048_576
  const framing: readonly Copy[] = [
    { by: 'buffer.copy', caller: 'writeMessage (@grpc/grpc-js)', bytes },
    { by: 'Buffer.concat', caller: 'write (@grpc/grpc-js)', bytes: bytes + 5 },
  ]
  const other: Copy = { by: 'array.set', caller: 'raw (@bufbuild/protobuf)', bytes }
  const outcomeOf = (part: string, ledgers: Readonly<Record<string, readonly Copy[]>>) => {
    const runs = Object.entries(ledgers).map(([name, copies]) => ({
      ...{ id: `copies.ledger.${name}`, labels: {}, round: 1, state: 'measured' },
      measured: facts({ texts: { copies: JSON.stringify(copies) } }),
    }))
    return COPIES.checks({ runs } as unknown as Results)
      .filter(({ title }) => title.includes(part))
      .map(({ outcome }: Check) => outcome)
  }
  t.strictSame(outcomeOf('once to frame', { grpc: framing }), ['holds'])
  t.strictSame(outcomeOf('once to frame', { grpc: framing.slice(1) }), ['fails'])
  t.strictSame(outcomeOf('once to frame', { grpc: [...framing, ...framing] }), ['fails'])
  const three = (view: readonly Copy[], copy: readonly Copy[]) =>
    outcomeOf('protobuf-es adds', { grpc: framing, protobuf: view, 'protobuf-copy': copy })
  t.strictSame(three([...framing, other], [...framing, other, other]), ['holds'])
  t.strictSame(three(framing, [...framing, other]), ['fails'], 'protobuf-es copies nothing')
  t.strictSame(three([...framing, other], [...framing, other]), ['fails'], 'a view that copies')
})
