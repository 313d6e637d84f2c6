// Which transfers are measured: round trips, windows and directions, by profile.

import type { Profile, ProfileName } from '../../../../harness/profile.ts'
import { DIRECTIONS, type Direction } from '../../../../testbed/data-peers/jobs/transfer.ts'
import { bandwidthDelayBytes } from '../../../../testbed/link/link-settings.ts'

/** What a busy machine still carries between two TUN devices. */
export const MBIT_PER_SECOND = 100
const HTTP2_DEFAULT_KIB = 64
/** A round trip that takes no time still takes this long: it is between processes of one machine. */
const LEAST_RTT_MS = 0.05

/** A window is enough if it reaches this share of the best rate. */
export const BOUND_SHARE = 0.8

export interface WindowCell {
  readonly direction: Direction
  readonly rttMs: number
  readonly kib: number
}

/** Windows by round trip in milliseconds. 64 KiB is HTTP/2's default, less one byte. */
const EXTENT: Readonly<Record<ProfileName, readonly (readonly [rttMs: number, sizes: readonly number[]])[]>> =
  {
    quick: [[40, [64, 256, 1_024]]],
    standard: [
      [0, [64, 1_024]],
      [1, [64, 1_024]],
      [20, [64, 256, 1_024, 4_096]],
      [100, [64, 256, 1_024, 4_096]],
    ],
    full: [0, 1, 20, 100].map((rttMs) => [rttMs, [64, 256, 1_024, 4_096]] as const),
  }

export function windowCells({ name }: Pick<Profile, 'name'>): readonly WindowCell[] {
  return EXTENT[name].flatMap(([rttMs, sizes]) =>
    sizes.flatMap((kib) => DIRECTIONS.map((direction) => ({ direction, rttMs, kib }))),
  )
}

export const windowId = ({ direction, rttMs, kib }: WindowCell): string =>
  `windows.${direction}.${rttMs}-ms.${kib}-KiB`

export const linkOf = (rttMs: number) => ({ rttMs, mbitPerSecond: MBIT_PER_SECOND })

/** Bytes of a window: 64 KiB is 65,535, as HTTP/2 has it. */
export const windowBytes = (kib: number): number => (kib === HTTP2_DEFAULT_KIB ? 65_535 : kib * 1_024)

export const windowText = (kib: number): string => (kib >= 1_024 ? `${kib / 1_024} MiB` : `${kib} KiB`)

/** In Mbit/s: no sender has more under way than the window, and none is faster than the link. */
export function boundRate(rttMs: number, kib: number): number {
  if (rttMs === 0) return MBIT_PER_SECOND
  return Math.min((windowBytes(kib) * 8) / (rttMs * 1_000), MBIT_PER_SECOND)
}

/** The window that fills the link, in KiB: bandwidth × delay. */
export const fillingKib = (rttMs: number): number => bandwidthDelayBytes(linkOf(rttMs)) / 1_024

interface Durations {
  readonly warmUpSeconds: number
  readonly seconds: number
}

/** Long enough for TCP to find out how much the link carries, which takes round trips. */
export function durationsOf({ name }: Pick<Profile, 'name'>, rttMs: number): Durations {
  const trips = (count: number) => (count * Math.max(rttMs, LEAST_RTT_MS)) / 1_000
  if (name === 'quick') return { warmUpSeconds: Math.max(0.1, trips(3)), seconds: Math.max(0.15, trips(4)) }
  if (name === 'standard')
    return { warmUpSeconds: Math.max(0.2, trips(8)), seconds: Math.max(0.4, trips(10)) }
  return { warmUpSeconds: 2, seconds: 10 }
}

/** Bytes that take as long as the bound of the rate allows. The first window is there at once. */
export function bytesFor(rttMs: number, kib: number, seconds: number): number {
  return windowBytes(kib) + Math.round((boundRate(rttMs, kib) * 1e6 * seconds) / 8)
}
