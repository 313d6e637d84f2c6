// Which cells are measured over which transports, by profile.

import type { Profile, ProfileName } from '../../../../harness/profile.ts'
import { TRANSPORTS } from '../../../../testbed/transports/all.ts'
import type { Transport } from '../../../../testbed/transports/transport.ts'
import { BASE, type Cell, CONCURRENCIES, isStream, PAYLOADS, type Pattern, shapeOf } from './cells.ts'

/** One or two of each family: every axis is measured over these. */
const CORE = ['uds', 'loopback', 'veth', 'vxlan', 'wireguard', 'lan-1500', 'internet-20']
/** The rest of the axes in the quick profile. */
const NEAREST = ['uds', 'loopback', 'veth']
/** Where pods can be to each other: the whole matrix over these takes most of a day. */
const WHOLE = ['uds', 'veth', 'vxlan']

const cell = (pattern: Pattern, payload: number, concurrency: number): Cell => ({
  ...{ pattern, payload, concurrency },
})

/** Each payload, pattern, concurrency and service in turn, the others as in the base. */
const AXES: readonly Cell[] = [
  BASE,
  ...PAYLOADS.slice(1).map((payload) => cell('unary', payload, 1)),
  ...CONCURRENCIES.slice(1).map((concurrency) => cell('unary', 64, concurrency)),
  cell('server-stream', 64, 1),
  cell('server-stream', 65_536, 1),
  cell('bidirectional', 64, 1),
  cell('put', 65_536, 1),
  cell('get', 65_536, 1),
]

const QUICK: readonly Cell[] = [
  BASE,
  cell('unary', 65_536, 10),
  cell('server-stream', 64, 1),
  cell('bidirectional', 64, 1),
  cell('put', 1_024, 1),
  cell('get', 1_024, 1),
]

const ECHO: readonly Cell[] = (['unary', 'server-stream', 'bidirectional'] as const).flatMap((pattern) =>
  PAYLOADS.flatMap((payload) => CONCURRENCIES.map((concurrency) => cell(pattern, payload, concurrency))),
)
const KEY_VALUE: readonly Cell[] = (['put', 'get'] as const).flatMap((pattern) =>
  [64, 65_536].map((payload) => cell(pattern, payload, 1)),
)

/** In the order of the matrix. The base is measured over all transports. */
const CELLS: Readonly<
  Record<ProfileName, readonly (readonly [transports: readonly string[], cells: readonly Cell[]])[]>
> = {
  quick: [[NEAREST, QUICK]],
  standard: [[CORE, AXES]],
  full: [
    [WHOLE, [...ECHO, ...KEY_VALUE]],
    [CORE, AXES],
  ],
}

/** The cells that one place has: each axis, in the quick profile a part of each. */
export function axesOf({ name }: Pick<Profile, 'name'>): readonly Cell[] {
  return name === 'quick' ? QUICK : AXES
}

export interface PlannedCell {
  readonly transport: Transport
  readonly cell: Cell
}

/** By cell, and the transports next to each other, so that what disturbs the machine disturbs all of them. */
export function cellsOf({ name }: Pick<Profile, 'name'>): readonly PlannedCell[] {
  const known = new Map<string, Cell>()
  for (const one of [BASE, ...CELLS[name].flatMap(([, cells]) => cells)]) known.set(JSON.stringify(one), one)
  return [...known].flatMap(([key, one]) =>
    TRANSPORTS.filter(
      ({ id }) =>
        one === BASE ||
        CELLS[name].some(
          ([ids, cells]) => ids.includes(id) && cells.some((other) => JSON.stringify(other) === key),
        ),
    ).map((transport) => ({ transport, cell: one })),
  )
}

export interface Window {
  readonly warmUpSeconds: number
  readonly seconds: number
}

/** Shorter than those of the profile, except in the full one: the matrix is large. Calls of the Internet are few. */
export function windowOf(
  { name, warmUpSeconds, windowSeconds }: Profile,
  { family }: Pick<Transport, 'family'>,
  of: Cell,
): Window {
  if (name === 'full') return { warmUpSeconds, seconds: windowSeconds }
  const isLong = family === 'internet' || (isStream(of) && of.payload > 1_024)
  if (name === 'quick') return { warmUpSeconds: 0.1, seconds: isLong ? 0.4 : 0.25 }
  return { warmUpSeconds: isLong ? 0.3 : 0.15, seconds: isLong ? 1.2 : 0.5 }
}

/** A call of the longest window, and what a slow way may add. */
const DEADLINE_MS = 120_000

/** The load of a cell on whoever serves at the target. */
export function loadOf(target: string, cell: Cell, window: Window) {
  return {
    target,
    connections: 1,
    loop: { kind: 'closed', concurrency: cell.concurrency } as const,
    calls: shapeOf(cell),
    cutStreams: true,
    deadlineMs: DEADLINE_MS,
    ...window,
  }
}
