// Envoy treats a changed cluster as a new one, which warms until its endpoints arrive, and it does not subscribe to them again. So the
// endpoints of each cluster that is sent follow it, changed or not.
// https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/upstream/cluster_manager#cluster-warming

import { ENDPOINT } from '../snapshot/resource-type.ts'
import type { Response } from '../type-state/responses.ts'
import { isSubscribed, unite } from '../type-state/subscription.ts'
import type { TypeState } from '../type-state/type-state.ts'
import { hasReported } from '../type-state/view.ts'
import { type StreamState, withTypeState } from './stream.ts'

/** Requests the endpoints of the clusters that were sent. gRPC keeps its endpoints, so it needs none. */
export function resendEdsForWarming(
  state: StreamState,
  clusters: TypeState,
  responses: readonly Response[],
): StreamState {
  if (state.client === 'grpc') return state
  const endpoints = state.typeStates.get(ENDPOINT)
  // A client with clusters from an earlier stream will also report assignments. It needs these again, whatever it reports.
  if (endpoints === undefined && !hasReported(clusters.view)) return state
  const sent = responses.flatMap(({ changedResources }) => changedResources)
  const names = sent.flatMap(({ references }) =>
    references.filter(({ typeUrl }) => typeUrl === ENDPOINT).map(({ name }) => name),
  )
  if (endpoints === undefined) return { ...state, warmingEds: new Set([...state.warmingEds, ...names]) }
  const requested = names.filter((name) => isSubscribed(endpoints.subscription, name))
  const { request } = endpoints
  return withTypeState(state, {
    ...endpoints,
    request: { ...request, names: unite(request.names, new Set(requested)) },
  })
}
