// The connections of the channels of this process, from what grpc-js keeps for channelz.

import { getChannelzHandlers } from '@grpc/grpc-js'
import { Counter, Gauge } from 'prom-client'
import type { OpenMetricsRegistry } from './metrics-server.ts'

/** https://github.com/grpc/grpc/blob/master/doc/connectivity-semantics-and-api.md */
const STATES = ['READY', 'CONNECTING', 'TRANSIENT_FAILURE', 'IDLE'] as const
const TARGET = ['grpc_target'] as const
const STATE_CHANGE = 'Connectivity state change to '

/**
 * A connection of a channel to one address, which channelz calls a subchannel. grpc-js makes one for each address, and puts all calls
 * to it on that one; a call waits until it is open.
 *
 * Connections that were made and that failed are counted from the history of each: 32 changes are kept at least, so nothing is lost
 * unless one changes more often between two scrapes, or its channel is closed before the next scrape.
 * @see https://github.com/grpc/proposal/blob/master/A14-channelz.md
 */
export function addConnectionMetrics(registry: OpenMetricsRegistry): void {
  const registers = [registry]
  const counted = new Map<string, number>()
  const known = new Map<string, Set<string>>()
  // The first one reads all of them: a registry asks for them in order.
  const connections: Gauge = new Gauge({
    name: 'grpc_client_connections',
    help: 'Connections of the channels of this client, by state (READY is open)',
    labelNames: [...TARGET, 'state'],
    registers,
    collect() {
      connections.reset()
      active.reset()
      for (const { target, subchannels } of readChannels(known)) {
        for (const state of STATES) connections.inc({ grpc_target: target, state }, 0)
        // A counter that begins with 1 has not grown for Prometheus.
        for (const counter of [made, failed]) counter.inc({ grpc_target: target }, 0)
        for (const one of subchannels) observe(target, one)
      }
    },
  })
  const active = new Gauge({
    name: 'grpc_client_streams_active',
    help: 'Calls and attempts that have a connection and have not ended; others in progress wait for one',
    labelNames: TARGET,
    registers,
  })
  const made = new Counter({
    name: 'grpc_client_connections_made_total',
    help: 'Connections that became READY',
    labelNames: TARGET,
    registers,
  })
  const failed = new Counter({
    name: 'grpc_client_connections_failed_total',
    help: 'Connections that could not be made, or that broke',
    labelNames: TARGET,
    registers,
  })

  function observe(target: string, { id, state, open, changes, logged }: Subchannel): void {
    const labels = { grpc_target: target }
    connections.inc({ ...labels, state })
    active.inc(labels, open)
    const fresh = logged - (counted.get(id) ?? 0)
    counted.set(id, logged)
    const recent = fresh > 0 ? changes.slice(-fresh) : []
    made.inc(labels, recent.filter((change) => change === `${STATE_CHANGE}READY`).length)
    failed.inc(labels, recent.filter((change) => change === `${STATE_CHANGE}TRANSIENT_FAILURE`).length)
  }
}

interface Subchannel {
  readonly id: string
  readonly state: string
  /** Calls that have not ended. */
  readonly open: number
  /** The latest entries of its history, oldest first. */
  readonly changes: readonly string[]
  /** Entries of its history since it was made. */
  readonly logged: number
}

interface Channel {
  readonly target: string
  readonly subchannels: readonly Subchannel[]
}

/**
 * Reads all channels, with the connections in their history: the list of a channel lacks the one that the policy `pick_first` has
 * picked (seen with grpc-js 1.14).
 * @param known connections by channel, from earlier reads, because histories are cut
 */
function readChannels(known: Map<string, Set<string>>): readonly Channel[] {
  const answer = ask(getChannelzHandlers().GetTopChannels, { start_channel_id: '0', max_results: '1000' })
  const open = (answer?.channel ?? []).map(({ ref, data }) => {
    const id = String(ref?.channel_id)
    const events = data?.trace?.events ?? []
    const found = events.flatMap(({ subchannel_ref: one }) => (one ? [String(one.subchannel_id)] : []))
    return { id, target: data?.target ?? '', ids: new Set([...(known.get(id) ?? []), ...found]) }
  })
  known.clear()
  return open.map(({ id, target, ids }) => {
    const subchannels = [...ids].flatMap(readSubchannel)
    known.set(id, new Set(subchannels.map((one) => one.id)))
    return { target, subchannels }
  })
}

/** Empty if it has ended meanwhile. */
function readSubchannel(id: string): readonly Subchannel[] {
  const { GetSubchannel } = getChannelzHandlers()
  const answer = ask(GetSubchannel, { subchannel_id: id })
  const data = answer?.subchannel?.data
  if (!data) return []
  const { calls_started: started, calls_succeeded: succeeded, calls_failed: failed, trace } = data
  return [
    {
      id,
      state: String(data.state?.state ?? ''),
      open: Number(started) - Number(succeeded) - Number(failed),
      changes: (trace?.events ?? []).map(({ description }) => description ?? ''),
      logged: Number(trace?.num_events_logged ?? 0),
    },
  ]
}

/** The handlers of the service read nothing of a call except its request, and answer at once. */
function ask<Request, Answer>(
  handler: (call: never, callback: (error: unknown, answer?: Answer | null) => void) => void,
  request: Request,
): Answer | undefined {
  let found: Answer | undefined
  handler({ request } as never, (_, answer) => {
    found = answer ?? undefined
  })
  return found
}
