// The endpoints of an assignment, in a form that is equal for what Envoy is served and what it dumps: Envoy fills in defaults, and
// its health status is what its own checks found.

import type { JsonObject, JsonValue } from '@bufbuild/protobuf'
import { joinAddress } from '../../core/host-and-port.ts'

interface Assignment {
  readonly clusterName?: string
  readonly endpoints?: readonly {
    readonly locality?: { readonly region?: string; readonly zone?: string; readonly subZone?: string }
    readonly priority?: number
    readonly loadBalancingWeight?: number
    readonly lbEndpoints?: readonly LbEndpoint[]
  }[]
}

interface LbEndpoint {
  readonly endpoint?: {
    readonly address?: {
      readonly socketAddress?: { readonly address?: string; readonly portValue?: number }
      readonly pipe?: { readonly path?: string }
    }
  }
  readonly loadBalancingWeight?: number
}

/** By locality and priority, the weight of each endpoint by its address. A locality without endpoints is left out. */
export function endpointsOf(json: JsonValue): JsonObject {
  const { endpoints = [] } = json as Assignment
  const localities: Record<string, JsonObject> = {}
  for (const { locality = {}, priority = 0, loadBalancingWeight = 0, lbEndpoints = [] } of endpoints) {
    if (lbEndpoints.length === 0) continue
    const { region = '', zone = '', subZone = '' } = locality
    const name = `${[region, zone, subZone].join('/')} priority ${priority}`
    localities[name] = {
      ...localities[name],
      ...(loadBalancingWeight > 0 && { 'locality weight': loadBalancingWeight }),
      ...Object.fromEntries(lbEndpoints.map((one) => [addressOf(one), one.loadBalancingWeight ?? 1])),
    }
  }
  return localities
}

function addressOf({ endpoint }: LbEndpoint): string {
  const { socketAddress, pipe } = endpoint?.address ?? {}
  if (pipe !== undefined) return `unix:${pipe.path}`
  const { address = '', portValue = 0 } = socketAddress ?? {}
  return joinAddress(address, portValue)
}
