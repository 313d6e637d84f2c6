// The way of a revision to one Envoy as four stations: sent, ACK, first call by the new policy, last old connection gone.

import { formatCount, formatMs } from '../../format/figures.ts'
import type { FlipLane, FlipProgress } from '../../store/contract.ts'

export type StationState = 'done' | 'waiting' | 'failed' | 'unreached'

export interface Station {
  readonly state: StationState
  readonly text: string
}

export const STATIONS = [
  { title: 'sent', hint: 'The control plane sent the new configuration.' },
  { title: 'accepted', hint: 'Envoy answered that it uses it (ACK).' },
  { title: 'first call', hint: 'The first call by the new configuration ended.' },
  { title: 'old connections gone', hint: 'The last connection from before was closed.' },
] as const

/**
 * In the order of `STATIONS`.
 * @param over why the revision is not in force any more: what has not happened will not happen
 */
export function stationsOf(
  lane: FlipLane,
  flip: Pick<FlipProgress, 'at'>,
  over?: 'rolled back' | 'replaced',
): readonly Station[] {
  const stations = stationsInForce(lane, flip)
  if (over === undefined) return stations
  const first = stations.findIndex(({ state }) => state === 'waiting')
  return stations.map((station, index) =>
    station.state === 'waiting' ? { state: 'unreached', text: index === first ? over : '' } : station,
  )
}

function stationsInForce(lane: FlipLane, flip: Pick<FlipProgress, 'at'>): readonly Station[] {
  const { sentAt, ackedAt, ackMs, nack, firstCallAt, oldConnections, lastGoneAt } = lane
  const sent: Station =
    sentAt === undefined
      ? { state: 'waiting', text: 'to be sent' }
      : { state: 'done', text: `after ${formatMs(since(flip.at, sentAt))}` }
  if (nack !== undefined) {
    const unreached: Station = { state: 'unreached', text: '' }
    return [sent, { state: 'failed', text: 'rejected (NACK)' }, unreached, unreached]
  }
  const acked: Station =
    ackedAt === undefined
      ? {
          state: sentAt === undefined ? 'unreached' : 'waiting',
          text: sentAt === undefined ? '' : 'no answer yet',
        }
      : { state: 'done', text: `ACK in ${formatMs(ackMs ?? since(sentAt ?? flip.at, ackedAt))}` }
  if (ackedAt === undefined) {
    return [sent, acked, { state: 'unreached', text: '' }, { state: 'unreached', text: '' }]
  }
  const called: Station =
    firstCallAt === undefined
      ? { state: 'waiting', text: 'no call seen yet' }
      : { state: 'done', text: `after ${formatMs(since(sentAt ?? flip.at, firstCallAt))}` }
  return [sent, acked, called, goneStation(ackedAt, oldConnections, lastGoneAt)]
}

function goneStation(
  ackedAt: string,
  oldConnections: number | undefined,
  lastGoneAt: string | undefined,
): Station {
  if (lastGoneAt !== undefined) {
    return { state: 'done', text: `after ${formatMs(since(ackedAt, lastGoneAt))}` }
  }
  if (oldConnections === undefined) return { state: 'waiting', text: 'not known yet' }
  if (oldConnections === 0) return { state: 'done', text: 'none' }
  return { state: 'waiting', text: `${oldConnections} still open` }
}

export interface Summary {
  readonly tone: 'good' | 'bad' | 'busy'
  readonly text: string
}

/** One sentence for the whole fleet. */
export function summaryOf(flip: FlipProgress, lanes: readonly FlipLane[]): Summary {
  const nacked = lanes.filter(({ nack }) => nack !== undefined)
  if (nacked.length > 0) {
    const names = nacked.map(({ node }) => node)
    return {
      tone: 'bad',
      text: `${listed(names)} rejected it. Calls go on by the last accepted configuration.`,
    }
  }
  if (lanes.length === 0)
    return { tone: 'busy', text: 'No Envoy is connected. Those that connect will get it.' }
  const acked = lanes.flatMap(({ ackedAt }) => ackedAt ?? [])
  if (acked.length < lanes.length) {
    return {
      tone: 'busy',
      text: `${acked.length} of ${formatCount(lanes.length, 'Envoy')} accepted it so far.`,
    }
  }
  const slowest = Math.max(...acked.map((at) => since(flip.at, at)))
  const all = lanes.length === 1 ? 'The Envoy accepted it' : `All ${lanes.length} Envoys accepted it`
  const calls = lanes.flatMap(({ firstCallAt }) => firstCallAt ?? []).map((at) => since(flip.at, at))
  const old = lanes.reduce(
    (sum, { oldConnections = 0, lastGoneAt }) => sum + (lastGoneAt ? 0 : oldConnections),
    0,
  )
  const parts = [
    `${all} within ${formatMs(slowest)}.`,
    calls.length > 0
      ? `The first call by it ended after ${formatMs(Math.min(...calls))}.`
      : 'No call by it has been seen yet.',
    ...(old > 0
      ? [`${formatCount(old, 'connection')} from before ${old === 1 ? 'is' : 'are'} still open.`]
      : []),
  ]
  return { tone: calls.length > 0 && old === 0 ? 'good' : 'busy', text: parts.join(' ') }
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 3).join(', ')
  return names.length > 3 ? `${shown} and ${names.length - 3} more` : shown
}

/** In milliseconds; clocks of one process, but rounded ones. */
function since(from: string, to: string): number {
  return Math.max(0, Date.parse(to) - Date.parse(from))
}
