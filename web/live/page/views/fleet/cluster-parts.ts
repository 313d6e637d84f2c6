// What the topology shows of a cluster, and of the endpoints that it has.

import { addressOf } from './address.ts'
import { at, listAt, numberAt, textAt } from './json.ts'

/**
 * - `draining`, `unhealthy`: as the control plane says (EDS). Proxies with health checks may know more.
 * - `missing`: something refers to it, and the fleet is not served it.
 */
export type Health = 'healthy' | 'draining' | 'unhealthy' | 'missing'

/** Its policy, and what else decides about its calls, in one line. */
export function describeCluster(cluster: unknown): string {
  const policy = textAt(listAt(cluster, 'loadBalancingPolicy', 'policies')[0], 'typedExtensionConfig', 'name')
  const lb = policy?.slice(policy.lastIndexOf('.') + 1) ?? textAt(cluster, 'lbPolicy')?.toLowerCase()
  const members = listAt(cluster, 'clusterType', 'typedConfig', 'clusters')
  const type = textAt(cluster, 'type')
  return [
    ...(members.length > 0 ? [`first healthy of ${members.length}`] : lb === undefined ? [] : [lb]),
    ...(type === undefined || type === 'EDS' ? [] : [type === 'STATIC' ? 'static' : 'DNS']),
    ...(listAt(cluster, 'healthChecks').length > 0 ? ['health check'] : []),
    ...(at(cluster, 'transportSocket') === undefined ? [] : ['TLS']),
  ].join(' · ')
}

export interface BackendParts {
  readonly detail: string
  readonly health: Health
  readonly address: string
  readonly weight: number
}

/** Of a ClusterLoadAssignment, in its order. */
export function backendsOf(assignment: unknown): readonly BackendParts[] {
  return listAt(assignment, 'endpoints').flatMap((group) => {
    const priority = numberAt(group, 'priority') ?? 0
    const zone = ['region', 'zone', 'subZone'].flatMap((part) => textAt(group, 'locality', part) ?? [])
    return listAt(group, 'lbEndpoints').map((endpoint) => {
      const address = addressOf(at(endpoint, 'endpoint', 'address'))
      const weight = numberAt(endpoint, 'loadBalancingWeight') ?? 1
      const health = healthOf(textAt(endpoint, 'healthStatus'))
      const detail = [
        address,
        ...(health === 'healthy' ? [] : [health]),
        ...(weight === 1 ? [] : [`weight ${weight}`]),
        ...(priority === 0 ? [] : [`priority ${priority}`]),
        ...(zone.length === 0 ? [] : [zone.join('/')]),
      ].join(' · ')
      return { address, weight, health, detail }
    })
  })
}

/** https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/core/v3/health_check.proto#enum-config-core-v3-healthstatus */
function healthOf(status: string | undefined): Health {
  if (status === undefined || status === 'UNKNOWN' || status === 'HEALTHY') return 'healthy'
  return status === 'DRAINING' ? 'draining' : 'unhealthy'
}
