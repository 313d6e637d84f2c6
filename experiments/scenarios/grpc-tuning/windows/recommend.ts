// What to do about windows, each with its condition and the figure of this run.

import { BOUND_SHARE, fillingKib, MBIT_PER_SECOND, windowText } from './cells.ts'
import { HELD_STREAMS, MESSAGE_BYTES } from './held-memory.ts'
import { ENVOY_RTT_MS, isFar, PLACES } from './measure-envoy.ts'
import {
  figureOf,
  type MeasuredHeld,
  type MeasuredTransfer,
  type MeasuredTuning,
  type measuredEnvoys,
  type measuredWindows,
} from './measured.ts'
import { TUNING_FIGURES, TUNING_RTT_MS, TUNING_SERVERS } from './self-tuning.ts'

type Windows = ReturnType<typeof measuredWindows>

const rate = (one: MeasuredTransfer | undefined) => `${one?.rate.median.toFixed(1)} Mbit/s`
const MIB = 1_048_576

/** Of each round trip and direction: the smallest window that reaches most of the best rate. */
export function enoughWindows(windows: Windows) {
  const groups = new Map<string, Windows[number][]>()
  for (const one of windows) {
    const key = `${one.direction} ${one.rttMs}`
    groups.set(key, [...(groups.get(key) ?? []), one])
  }
  return [...groups.values()].flatMap((group) => {
    const best = Math.max(...group.map(({ rate: { median } }) => median))
    const enough = group.find(({ rate: { median } }) => median >= BOUND_SHARE * best)
    const usual = group.find(({ kib }) => kib === 64)
    return enough === undefined || usual === undefined ? [] : [{ enough, usual, best }]
  })
}

/** The one on which the default costs most. */
export function worstDefault(windows: Windows) {
  return enoughWindows(windows).toSorted(
    (a, b) => b.best / b.usual.rate.median - a.best / a.usual.rate.median,
  )[0]
}

export function recommendationsOf(
  windows: Windows,
  envoys: ReturnType<typeof measuredEnvoys>,
  tunings: readonly MeasuredTuning[],
  held: readonly MeasuredHeld[],
  unread: MeasuredHeld | undefined,
): readonly string[] {
  return [
    ...[...forClients(windows), ...forEnvoys(envoys), ...forServers(tunings), ...forMemory(held)],
    ...forUnread(held, unread),
  ]
}

function forClients(windows: Windows): readonly string[] {
  const worst = worstDefault(windows)
  if (worst === undefined || worst.enough.kib === 64) return []
  const { usual, enough } = worst
  const short = enoughWindows(windows).findLast(({ usual: { rttMs } }) => rttMs <= 1)
  const fine =
    short === undefined
      ? ''
      : ` Within a data center it changes little: at ${short.usual.rttMs} ms, 64 KiB reached ${rate(short.usual)}, and the best window ${short.best.toFixed(1)} Mbit/s.`
  return [
    `**Where bandwidth × delay is above 32 KiB and messages are large, set the window of the receiver to twice bandwidth × delay.** A receiver gives window back when half of it is used up. At ${usual.rttMs} ms and ${MBIT_PER_SECOND} Mbit/s (${fillingKib(usual.rttMs).toFixed(0)} KiB), the default let ${rate(usual)} through, and ${windowText(enough.kib)} ${rate(enough)}.${fine}`,
    'In grpc-js, `grpc-node.flow_control_window` sets both windows of a **client**, for answers. A **server** of grpc-js has no such option: large requests get 64 KiB for each round trip, whatever its clients set.',
  ]
}

function forEnvoys(envoys: ReturnType<typeof measuredEnvoys>): readonly string[] {
  return (['far', 'near'] as const).flatMap((place) => {
    const own = envoys.filter((one) => isFar(one) && one.place === place)
    const [small, large] = [own.at(0), own.at(-1)]
    if (small === undefined || large === undefined || small === large) return []
    const { title, of, what } = PLACES[place]
    const gain = large.rate.median / small.rate.median
    const result = gain > 1.2 ? `${gain.toFixed(1)} times as much` : 'no more than that'
    return [
      `**An Envoy ${title} gives ${what} the window that the peer behind it does not.** With \`http2.streamWindow\` of the ${of} at ${windowText(small.kib)}, they reached ${rate(small)} over ${ENVOY_RTT_MS} ms, and at ${windowText(large.kib)} ${rate(large)}, ${result}.`,
    ]
  })
}

function forServers(tunings: readonly MeasuredTuning[]): readonly string[] {
  const [usual, ...others] = tunings.flatMap(({ name, rounds }) => {
    const last = rounds.at(-1)
    if (last === undefined) return []
    const [first, end] = [TUNING_FIGURES.first, TUNING_FIGURES.last].map((figure) => figureOf(last, figure))
    return [{ title: TUNING_SERVERS[name].title, first: first ?? Number.NaN, last: end ?? Number.NaN }]
  })
  if (usual === undefined || others.length === 0) return []
  const told = others.map(
    ({ title, first, last }) => `${title} from ${first.toFixed(0)} to ${last.toFixed(0)} Mbit/s`,
  )
  return [
    `**Leave servers in Go, C++ and Python as they are.** They estimate bandwidth × delay by pings and raise their windows. Over ${TUNING_RTT_MS} ms, within a few messages ${told.join(', and ')}; ${usual.title} stayed at ${usual.last.toFixed(0)}. A window that is set by hand turns the estimate off in grpc-go.`,
  ]
}

function forMemory(held: readonly MeasuredHeld[]): readonly string[] {
  const largest = held.at(-1)
  if (largest === undefined) return []
  const each = largest.arrivedBytes / HELD_STREAMS / MIB
  return [
    `**Count the memory before you raise a window.** A stream whose reader is slow holds a whole window. ${HELD_STREAMS} such streams with ${windowText(largest.kib)} held ${(largest.arrivedBytes / MIB).toFixed(1)} MiB (${each.toFixed(2)} MiB each); the 100 streams of one connection would hold ${(100 * each).toFixed(0)} MiB, because Node gives the window of the connection back before streams are read.`,
  ]
}

/** A stream that takes this many times its window has none. */
const BEYOND = 3

function forUnread(held: readonly MeasuredHeld[], unread: MeasuredHeld | undefined): readonly string[] {
  const usual = held.find(({ kib }) => kib === unread?.kib)
  if (unread === undefined || usual === undefined) return []
  if (unread.arrivedBytes < BEYOND * HELD_STREAMS * unread.kib * 1_024) return []
  const each = ({ arrivedBytes }: MeasuredHeld) => `${(arrivedBytes / HELD_STREAMS / 1_024).toFixed(0)} KiB`
  return [
    `**Begin to read a stream at once, or cancel it.** Until the first read, a client of grpc-js takes whatever comes: with a window of ${unread.kib} KiB, ${each(unread)} arrived on each stream that nobody had begun to read, where the server had ${((unread.asked * MESSAGE_BYTES) / HELD_STREAMS / 1_024).toFixed(0)} KiB to send, and ${each(usual)} on those that had read one message.`,
  ]
}
