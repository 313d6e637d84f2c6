// The resources of targets that gRPC clients ask for: the same as `gcp-peer -targets`, field by field.

import { create } from '@bufbuild/protobuf'
import { type Listener, ListenerSchema } from '@envoy/xds-protos/envoy/config/listener/v3/listener_pb.js'
import {
  type RouteConfiguration,
  RouteConfigurationSchema,
} from '@envoy/xds-protos/envoy/config/route/v3/route_pb.js'
import { createAssignment, createBenchmarkCluster, createManager, nameOf } from './resources.ts'

/** `xds:///target-00000` */
export function targetOf(index: number): string {
  return `target-${String(index).padStart(5, '0')}`
}

/** N targets, each with a listener, a route configuration, a cluster and its endpoints. */
export function createTargets(size: number) {
  return Array.from({ length: size }, (_, index) => [
    createTargetListener(index),
    createTargetRoutes(index),
    createBenchmarkCluster(index),
    createAssignment(index, 0),
  ]).flat()
}

function createTargetListener(index: number): Listener {
  const name = targetOf(index)
  return create(ListenerSchema, { name, apiListener: { apiListener: createManager(name) } })
}

function createTargetRoutes(index: number): RouteConfiguration {
  const name = targetOf(index)
  const toCluster = {
    match: { pathSpecifier: { case: 'prefix' as const, value: '' } },
    action: {
      case: 'route' as const,
      value: { clusterSpecifier: { case: 'cluster' as const, value: nameOf(index) } },
    },
  }
  return create(RouteConfigurationSchema, {
    name,
    virtualHosts: [{ name, domains: ['*'], routes: [toCluster] }],
  })
}
