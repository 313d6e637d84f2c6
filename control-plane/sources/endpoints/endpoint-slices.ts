// EndpointSlices of a Service as endpoints: https://kubernetes.io/docs/concepts/services-networking/endpoint-slices/

import type { V1Endpoint, V1EndpointSlice } from '@kubernetes/client-node'
import type { Endpoint } from '../../document/model.ts'
import { nameOf } from './dns-source.ts'
import type { Endpoints } from './merge-endpoints.ts'

/** What names in a document may be at most. */
const MAX_NAME = 100

/** The endpoints of a port of the Service, or what is wrong with it. */
export function endpointsIn(
  slices: readonly V1EndpointSlice[],
  port: string | number | undefined,
): Endpoints | { readonly problem: string } {
  const family = slices.some(({ addressType }) => addressType === 'IPv4') ? 'IPv4' : 'IPv6'
  const ofFamily = slices.filter(({ addressType }) => addressType === family)
  const found = new Map<string, Endpoint>()
  for (const slice of ofFamily.toSorted(byName)) {
    const number = portIn(slice, port)
    if (typeof number === 'string') return { problem: number }
    if (number === undefined) continue
    for (const one of slice.endpoints ?? []) {
      const endpoint = toEndpoint(one, number)
      const id = endpoint && idOf(one)
      // While the controller moves an endpoint from one slice to another, it is in both.
      if (id !== undefined && !found.has(id)) found.set(id, endpoint as Endpoint)
    }
  }
  return Object.fromEntries([...found].toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

function byName(one: V1EndpointSlice, other: V1EndpointSlice): number {
  return (one.metadata?.name ?? '') < (other.metadata?.name ?? '') ? -1 : 1
}

/** Undefined if this slice lacks it; a sentence if it cannot be told which one is meant. */
function portIn(
  { ports }: V1EndpointSlice,
  wanted: string | number | undefined,
): number | string | undefined {
  const all = (ports ?? []).filter(({ protocol = 'TCP' }) => protocol === 'TCP')
  if (wanted === undefined && all.length > 1) {
    const names = all.map(({ name, port }) => name || port).join(', ')
    return `has several ports (${names}): write one of them as port`
  }
  const found = all.find(
    ({ name, port }) =>
      wanted === undefined || (typeof wanted === 'number' ? port === wanted : name === wanted),
  )
  return found?.port
}

/**
 * Ready ones get calls. A Pod that ends and still serves is draining: it gets no new calls, and ends those that it has. What is
 * not ready is left out. Conditions that are missing count as ready.
 */
function toEndpoint({ addresses, conditions = {}, zone }: V1Endpoint, port: number): Endpoint | undefined {
  const [address = ''] = addresses
  const { ready = true, terminating = false } = conditions
  const { serving = ready } = conditions
  if (terminating ? !serving : !ready) return undefined
  return {
    address: address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`,
    ...(terminating && { state: 'draining' as const }),
    ...(zone && { locality: { zone } }),
  }
}

/** The Pod's name, which is that of its address if it has none. */
function idOf({ targetRef, addresses }: V1Endpoint): string {
  const name = targetRef?.name ?? ''
  return name !== '' && name.length <= MAX_NAME ? name : nameOf(addresses[0] ?? '')
}
