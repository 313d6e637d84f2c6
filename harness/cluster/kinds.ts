// The kinds of Kubernetes objects that the scenario applies, with the types of their fields.

import type { Deployment } from 'kubernetes-types/apps/v1.d.ts'
import type { Job } from 'kubernetes-types/batch/v1.d.ts'
import type { Namespace, Service } from 'kubernetes-types/core/v1.d.ts'
import type { ObjectMeta } from 'kubernetes-types/meta/v1.d.ts'
import type { PodDisruptionBudget } from 'kubernetes-types/policy/v1.d.ts'

/** What the scenario uses of it. https://istio.io/latest/docs/reference/config/networking/destination-rule/ */
export interface DestinationRule {
  readonly apiVersion: 'networking.istio.io/v1'
  readonly kind: 'DestinationRule'
  readonly metadata: ObjectMeta
  readonly spec: {
    readonly host: string
    readonly trafficPolicy: {
      readonly loadBalancer: { readonly simple: 'LEAST_REQUEST' | 'ROUND_ROBIN' | 'RANDOM' }
    }
  }
}

/** What the scenario uses of it. https://gateway-api.sigs.k8s.io/reference/spec/#gateway */
export interface Gateway {
  readonly apiVersion: 'gateway.networking.k8s.io/v1'
  readonly kind: 'Gateway'
  readonly metadata: ObjectMeta
  readonly spec: {
    readonly gatewayClassName: string
    readonly listeners: readonly { readonly name: string; readonly port: number; readonly protocol: string }[]
  }
}

type Core<T extends { apiVersion?: string; kind?: string }> = T & {
  readonly apiVersion: NonNullable<T['apiVersion']>
  readonly kind: NonNullable<T['kind']>
  readonly metadata: ObjectMeta & { readonly name: string }
}

export type Manifest =
  | Core<Namespace>
  | Core<Service>
  | Core<Deployment>
  | Core<PodDisruptionBudget>
  | Core<Job>
  | DestinationRule
  | Gateway
