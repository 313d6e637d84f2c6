// Tells apart the clients that share a node id. A client has one aggregated stream, or separate streams for its types and names.

import { VIRTUAL_HOST } from '../snapshot/resource-type.ts'
import type { StreamInfo, TypeView } from './status.ts'

export interface DescribedStream {
  readonly info: Pick<StreamInfo, 'aggregated' | 'peer'>
  readonly views: ReadonlyMap<string, TypeView>
}

/**
 * Groups the streams of a node by client. Streams from one host belong to one client as long as they do not repeat anything: a
 * client has one aggregated stream, and subscribes once to each type or, on separate streams, to each name. Envoy opens a separate
 * stream for each cluster's endpoints, each secret and each route configuration, not always on one connection. Two clients on one
 * host with separate streams may swap equal streams, which does not change how many clients lack something.
 * @param streams in the order in which they opened
 */
export function groupByClient<Stream extends DescribedStream>(
  streams: readonly Stream[],
): readonly (readonly Stream[])[] {
  if (streams.length === 1) return [streams]
  const taken = new Map<string, number>()
  const clients = new Map<string, Stream[]>()
  for (const stream of streams) {
    const host = hostOf(stream.info.peer)
    const { needs, takes } = slotsOf(stream)
    const index = needs.reduce((most, slot) => Math.max(most, taken.get(`${host} ${slot}`) ?? 0), 0)
    for (const slot of takes) {
      const key = `${host} ${slot}`
      taken.set(key, Math.max(taken.get(key) ?? 0, index + 1))
    }
    const key = `${host} ${index}`
    const client = clients.get(key)
    if (client === undefined) clients.set(key, [stream])
    else client.push(stream)
  }
  return [...clients.values()]
}

/** What a stream must have for itself, and what no later stream of its client may have. */
function slotsOf({ info, views }: DescribedStream): { readonly needs: string[]; readonly takes: string[] } {
  const needed = [...views].map(([typeUrl, { wildcard }]) => slotOf(typeUrl, wildcard))
  // A client may ask for all clusters on its aggregated stream, and on another one for those that calls name.
  const taken = [...views].flatMap(([typeUrl, { wildcard }]) =>
    wildcard === info.aggregated
      ? [slotOf(typeUrl, wildcard)]
      : [slotOf(typeUrl, true), slotOf(typeUrl, false)],
  )
  if (info.aggregated) {
    return {
      needs: ['aggregated', ...needed.map((slot) => `separate ${slot}`)],
      takes: ['aggregated', ...taken.map((slot) => `aggregated ${slot}`)],
    }
  }
  const subscriptions = [...views].flatMap(([typeUrl, { wildcard, names }]) => [
    // Envoy opens one for the virtual hosts of each route configuration.
    ...(wildcard && typeUrl !== VIRTUAL_HOST ? [`${typeUrl} *`] : []),
    ...[...names].map((name) => `${typeUrl} ${name}`),
  ])
  return {
    needs: [...needed.map((slot) => `aggregated ${slot}`), ...subscriptions],
    takes: [...taken.map((slot) => `separate ${slot}`), ...subscriptions],
  }
}

function slotOf(typeUrl: string, wildcard: boolean): string {
  return `${wildcard ? 'all' : 'names'} ${typeUrl}`
}

/** The address without the port, which differs for each connection. */
export function hostOf(peer: string): string {
  return peer.replace(/:\d+$/, '')
}
