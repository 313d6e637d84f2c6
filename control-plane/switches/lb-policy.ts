// The declaration of one load-balancing policy: all that the config, the translation and the docs know about it.

import type { DescMessage } from '@bufbuild/protobuf'
import type { Any } from '@bufbuild/protobuf/wkt'
import type { Static, TObject, TProperties } from 'typebox'
import type { ClusterParts, FleetKind, HttpProtocolOptionsParts } from './attach-points.ts'
import type { GrpcClient, Unsupported, UnsupportedByEnvoy } from './grpc-clients.ts'
import type { HashOn } from './hash-on.ts'
import type { LbContext } from './lb-context.ts'
import type { PlacedProblem } from './placed-problem.ts'

export interface LbPolicy<Name extends string = string, Options extends TProperties = TProperties> {
  /** As in the document, and in Envoy's `envoy.load_balancing_policies.NAME`. */
  readonly name: Name
  /** One sentence for a person who chooses. */
  readonly summary: string
  /** The fields beside `policy`: each is optional, has a `default`, and is described by a noun phrase. */
  readonly options: Options
  /** The kinds of fleet whose clients support it; gRPC clients NACK a cluster with a policy that they do not know. */
  readonly appliesTo: readonly FleetKind[]
  /** The gRPC clients that know it; all others use round robin instead. Default: all. */
  readonly grpcClients?: readonly GrpcClient[]
  /** What single clients do not support. @param written the settings in the document, without defaults */
  unsupportedBy?(written: Partial<Static<TObject<Options>>>): readonly Unsupported[]
  /** What Envoy does not support. */
  unsupportedByEnvoy?(written: Partial<Static<TObject<Options>>>): readonly UnsupportedByEnvoy[]
  /** What the schema cannot check. @param written the settings in the document, without defaults */
  problems?(written: Partial<Static<TObject<Options>>>): Iterable<PlacedProblem>
  /** The messages that it packs into an `Any`. */
  readonly messages: readonly DescMessage[]
  /** The message of Envoy's `Cluster.load_balancing_policy` extension. */
  toExtension(options: Required<Static<TObject<Options>>>, context: LbContext): Any
  /** What Envoy's cluster needs beside the policy. */
  toHttpProtocolOptions?(options: Required<Static<TObject<Options>>>): HttpProtocolOptionsParts
  /** True for a policy in which Envoy knows weights of localities only inside of `wrr_locality`. */
  readonly needsWrrLocality?: true
  /** For a policy that every gRPC client knows: `Cluster.lb_policy` and its settings. Default: an entry of a list of policies. */
  toGrpcCluster?(options: Required<Static<TObject<Options>>>): ClusterParts
  /** The message for gRPC clients in that entry. Default: `toExtension`. */
  toGrpcExtension?(options: Required<Static<TObject<Options>>>): Any
  /** True if it looks at the weights of localities itself; else gRPC clients pick a locality by weight first. */
  readonly knowsLocalities?: boolean
  /** Hash policies only: what the routes to the cluster must hash on. */
  hashOn?(options: Required<Static<TObject<Options>>>): HashOn
}

/** Declares a policy; it only lets the types of name and options be inferred. */
export function defineLbPolicy<const Name extends string, Options extends TProperties>(
  policy: LbPolicy<Name, Options>,
): LbPolicy<Name, Options> {
  return policy
}
