// What a link is asked to be, its problems, and the settings of the program that carries its packets.

import { type Problem, SwitchyardError } from '../../core/errors.ts'

export interface LinkSettings {
  /** Milliseconds from one end to the other and back, half of it in each direction. */
  readonly rttMs: number
  /** Of each direction, with the headers of IP. */
  readonly mbitPerSecond: number
  /** The share of packets that are lost in each direction, from 0 to 1; default 0. */
  readonly loss?: number
  /** Of the generators that decide which packets are lost. Default: 1. */
  readonly seed?: number
  /** Room for packets that wait for the line. Default: what the line carries in a round trip, and at least 64 KiB. */
  readonly queueBytes?: number
  /** Of the TCP of both hosts, for connections that are opened from then on. Default: `cubic`, as on most hosts. */
  readonly congestionControl?: 'cubic' | 'reno' | 'bbr'
  /** The largest packet in bytes, only when a link is created. Default: 1500. */
  readonly mtu?: number
}

/** As the program reads them. */
interface DirectionSettings {
  readonly delayMs: number
  readonly mbitPerSecond: number
  readonly loss: number
  readonly queueBytes: number
  readonly seed: number
}

/** IPv4 must be able to carry 68 bytes, IP knows no more than 65,535: https://www.rfc-editor.org/rfc/rfc791 */
const MTU = { least: 68, most: 65_535 }
const LEAST_QUEUE_BYTES = 65_536

/** Bytes that are on the way when a link is full: what a sender must be allowed to have unacknowledged. */
export function bandwidthDelayBytes({
  rttMs,
  mbitPerSecond,
}: Pick<LinkSettings, 'rttMs' | 'mbitPerSecond'>): number {
  return (mbitPerSecond * 1e6 * (rttMs / 1_000)) / 8
}

/** @throws SwitchyardError `invalid-argument` with all problems */
export function directionsOf(settings: LinkSettings): Readonly<Record<string, DirectionSettings>> {
  const problems = problemsOf(settings)
  if (problems.length > 0) throw new SwitchyardError('invalid-argument', 'invalid link:', { problems })
  const { rttMs, mbitPerSecond, loss = 0, seed = 1 } = settings
  const queueBytes = settings.queueBytes ?? Math.max(LEAST_QUEUE_BYTES, bandwidthDelayBytes(settings))
  const both = { delayMs: rttMs / 2, mbitPerSecond, loss, queueBytes }
  // With one seed, both directions would lose the packets with the same numbers.
  return { 'to-far': { ...both, seed: 2 * seed }, 'to-near': { ...both, seed: 2 * seed + 1 } }
}

function problemsOf({
  rttMs,
  mbitPerSecond,
  loss = 0,
  seed = 1,
  queueBytes = LEAST_QUEUE_BYTES,
  mtu = 1500,
}: LinkSettings): readonly Problem[] {
  const rules: readonly (readonly [path: string, isRight: boolean, message: string])[] = [
    ['rttMs', rttMs >= 0 && Number.isFinite(rttMs), 'must be milliseconds, 0 or more'],
    [
      'mbitPerSecond',
      mbitPerSecond > 0 && Number.isFinite(mbitPerSecond),
      'must be megabits a second, more than 0',
    ],
    ['loss', loss >= 0 && loss <= 1, 'must be a share from 0 to 1, such as 0.02 for 2 %'],
    ['seed', Number.isSafeInteger(seed), 'must be a whole number'],
    ['queueBytes', queueBytes >= 0 && Number.isFinite(queueBytes), 'must be bytes, 0 or more'],
    [
      'mtu',
      Number.isInteger(mtu) && mtu >= MTU.least && mtu <= MTU.most,
      `must be bytes from ${MTU.least} to ${MTU.most}`,
    ],
  ]
  return rules.flatMap(([path, isRight, message]) => (isRight ? [] : [{ path, message }]))
}
