// What the runs of compression found, as numbers, and what follows from them.

import type { Measured, Results } from '../../../../harness/results.ts'
import { roundsOf, spreadOver } from '../../../../harness/statistics/rounds.ts'
import { compareRounds, type Verdict } from '../../../../harness/statistics/verdict.ts'
import type { Encoding } from '../../../../testbed/data-peers/compressible/job.ts'
import {
  LINK_RTT_MS,
  type LinkCell,
  linkCells,
  linkId,
  type PayloadCell,
  payloadCells,
  payloadId,
} from './cells.ts'
import { figuresOf } from './measure-payload.ts'

type Runs = Pick<Results, 'runs' | 'profile'>

export interface MeasuredEncoding {
  /** Bytes of TCP's payload to the server, a call. */
  readonly wire: number
  /** Microseconds a call. */
  readonly client: number
  readonly server: number
  /** Milliseconds. */
  readonly p50: number
  /** Of all rounds. */
  readonly least: number
}

export interface MeasuredPayload extends PayloadCell {
  readonly rounds: readonly Measured[]
  readonly identity: MeasuredEncoding
  readonly gzip: MeasuredEncoding
  /** Whether the rounds tell the median latencies apart. */
  readonly verdict: Verdict
}

export const figureOf = ({ figures }: Pick<Measured, 'figures'>, name: string): number =>
  figures[name] ?? Number.NaN

export const measuredPayloads = (results: Runs): readonly MeasuredPayload[] =>
  payloadCells(results.profile).flatMap((cell) => payloadOfRun(results, payloadId(cell), cell))

export const measuredLinks = (results: Runs): readonly (MeasuredPayload & LinkCell)[] =>
  linkCells(results.profile).flatMap((cell) => payloadOfRun(results, linkId(cell), cell))

function payloadOfRun<C extends PayloadCell>(
  results: Runs,
  id: string,
  cell: C,
): readonly (MeasuredPayload & C)[] {
  const rounds = roundsOf(results, id)
  if (rounds.length === 0) return []
  const values = (encoding: Encoding, name: keyof ReturnType<typeof figuresOf>) =>
    spreadOver(rounds, (round) => figureOf(round, figuresOf(encoding)[name]))
  const encodingOf = (encoding: Encoding): MeasuredEncoding => ({
    wire: values(encoding, 'wire').median,
    client: values(encoding, 'client').median,
    server: values(encoding, 'server').median,
    p50: values(encoding, 'p50').median,
    least: Math.min(...values(encoding, 'least').values),
  })
  const verdict = compareRounds(values('identity', 'p50').values, values('gzip', 'p50').values)
  return [{ ...cell, rounds, identity: encodingOf('identity'), gzip: encodingOf('gzip'), verdict }]
}

/**
 * The bandwidth in Mbit/s below which compressing, sending less and decompressing takes less time than sending all: bytes that are
 * saved, divided by the time that gzip adds where sending takes no time. 0: never, because nothing is saved; Infinity: at any.
 */
export function paysBelow({ identity, gzip }: Pick<MeasuredPayload, 'identity' | 'gzip'>): number {
  const saved = identity.wire - gzip.wire
  if (saved <= 0) return 0
  const addedMs = gzip.p50 - identity.p50
  return addedMs <= 0 ? Number.POSITIVE_INFINITY : (8 * saved) / (1_000 * addedMs)
}

/** The least time that a link needs for one call, in milliseconds: a round trip, and the bytes one after the other. */
export const linkMs = (wireBytes: number, mbitPerSecond: number): number =>
  LINK_RTT_MS + (8 * wireBytes) / (1_000 * mbitPerSecond)
