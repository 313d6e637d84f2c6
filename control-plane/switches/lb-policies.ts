// The load-balancing policies that a person can choose from: adding one is a file beside the others and a line here.

import { create } from '@bufbuild/protobuf'
import { type Any, anyPack } from '@bufbuild/protobuf/wkt'
import {
  type LoadBalancingPolicy,
  LoadBalancingPolicySchema,
} from '@envoy/xds-protos/envoy/config/cluster/v3/cluster_pb.js'
import { WrrLocalitySchema } from '@envoy/xds-protos/envoy/extensions/load_balancing_policies/wrr_locality/v3/wrr_locality_pb.js'
import { type Static, type TObject, type TProperties, Type } from 'typebox'
import { SwitchyardError } from '../../core/errors.ts'
import type { FieldsOf, HttpProtocolOptionsParts, LbOptionSwitch } from './attach-points.ts'
import { defaultsOf } from './defaults.ts'
import { fieldsOf } from './fields-of.ts'
import type { HashOn } from './hash-on.ts'
import type { LbContext } from './lb-context.ts'
import { clientSideWeightedRoundRobin } from './lb-policies/client-side-weighted-round-robin.ts'
import { custom } from './lb-policies/custom.ts'
import { leastRequest } from './lb-policies/least-request.ts'
import { maglev } from './lb-policies/maglev.ts'
import { pickFirst } from './lb-policies/pick-first.ts'
import { random } from './lb-policies/random.ts'
import { ringHash } from './lb-policies/ring-hash.ts'
import { roundRobin } from './lb-policies/round-robin.ts'
import type { LbPolicy } from './lb-policy.ts'
import { lbSubset } from './lb-subset.ts'
import { overrideHost } from './override-host.ts'
import { panicThreshold } from './panic-threshold.ts'
import { partsOf } from './parts-of.ts'
import { CLIENTS, facts, SOME_GRPC_CLIENTS, UNAVAILABLE } from './schema-keywords.ts'
import { updateMergeWindow } from './update-merge-window.ts'

export const LB_POLICIES = [
  roundRobin,
  leastRequest,
  random,
  ringHash,
  maglev,
  clientSideWeightedRoundRobin,
  pickFirst,
  custom,
] as const

/** The options of every policy. */
export const LB_OPTIONS = [panicThreshold, updateMergeWindow, lbSubset, overrideHost] as const

/** Policies of Envoy that are around another one: here each is a switch beside the policy that it is around. */
const AROUND_OTHERS = {
  wrr_locality:
    'is around every policy as soon as endpoints have a locality: write the policy inside of it, such as client_side_weighted_round_robin, and the weights in localities of the upstream',
  override_host:
    'is a switch beside the policy that it falls back to: write that policy, and overrideHost: { enabled: true, header: x-endpoint }',
  subset:
    'is a switch beside the policy that picks in a subset: write that policy, and subset: { enabled: true, selectors: { version: { keys: [version] } } }',
}

/** The lists that `lb` is made from. */
export interface LbLists {
  readonly lbPolicies: readonly LbPolicy[]
  readonly lbOptions: readonly LbOptionSwitch[]
}
const LISTS: LbLists = { lbPolicies: LB_POLICIES, lbOptions: LB_OPTIONS }

/** A policy's name with its options beside it: `{ policy: 'ring_hash', hashOn: { header: 'x-user' } }`. */
export type LbSettings = SettingsOf<(typeof LB_POLICIES)[number]> & FieldsOf<typeof LB_OPTIONS>

type SettingsOf<P> =
  P extends LbPolicy<infer Name, infer Options>
    ? { readonly policy: Name } & Readonly<Static<TObject<Options>>>
    : never

const POLICY = {
  description: 'a load-balancing policy',
  ...facts({ envoy: 'LoadBalancingPolicy.policies' }),
}

/**
 * The schema of a policy and its options, with `fields` beside them. Which options are known depends on `policy`,
 * so that an option without effect is invalid.
 */
export function lbSettingsSchema<Fields extends TProperties>(
  fields: Fields,
  { description, example }: { readonly description: string; readonly example: object },
  { lbPolicies, lbOptions }: LbLists = LISTS,
) {
  const common = fieldsOf(lbOptions)
  const ignored = Object.fromEntries(
    Object.entries(fields).map(([name, field]) => [
      name,
      Type.IsOptional(field) ? Type.Optional(Type.Unknown()) : Type.Unknown(),
    ]),
  )
  return Type.Unsafe<LbSettings & Static<TObject<Fields>>>({
    type: 'object',
    description,
    properties: fields,
    required: Object.keys(fields).filter((name) => !Type.IsOptional(fields[name])),
    discriminator: { propertyName: 'policy' },
    [UNAVAILABLE]: AROUND_OTHERS,
    oneOf: lbPolicies.map(({ name, summary, options, appliesTo, grpcClients }) =>
      Type.Object(
        { policy: Type.Literal(name, POLICY), ...ignored, ...options, ...common },
        {
          additionalProperties: false,
          description: summary,
          [CLIENTS]: appliesTo,
          ...(grpcClients && { [SOME_GRPC_CLIENTS]: grpcClients }),
        },
      ),
    ),
    ...facts({ envoy: 'Cluster.load_balancing_policy', example }),
  })
}

const ROUND_ROBIN: LbSettings = { policy: roundRobin.name }

/** Envoy's `Cluster.load_balancing_policy`. A policy that Envoy does not know is round robin. */
export function toLoadBalancingPolicy(
  settings: LbSettings,
  context: LbContext,
  lists: LbLists = LISTS,
): LoadBalancingPolicy {
  const policy = policyOf(settings, lists)
  if (!policy.appliesTo.includes('envoy')) return toLoadBalancingPolicy(ROUND_ROBIN, context, lists)
  return lists.lbOptions.reduce(
    (inner, option) => {
      const [outer] = partsOf([option], settings, (one, own) => one.toPolicy?.(own, inner, context))
      return outer === undefined ? inner : onePolicy(outer.name, outer.extension)
    },
    toChosenPolicy(policy, settings, context, lists),
  )
}

function toChosenPolicy(
  policy: LbPolicy,
  settings: LbSettings,
  context: LbContext,
  lists: LbLists,
): LoadBalancingPolicy {
  const extension = policy.toExtension(withDefaults(settings, lists), context)
  const own = onePolicy(policy.name, extension)
  return policy.needsWrrLocality && context.weighsLocalities
    ? onePolicy('wrr_locality', toWrrLocality(own))
    : own
}

function onePolicy(name: string, typedConfig: Any): LoadBalancingPolicy {
  return create(LoadBalancingPolicySchema, {
    policies: [{ typedExtensionConfig: { name: `envoy.load_balancing_policies.${name}`, typedConfig } }],
  })
}

/** A policy that first picks a locality by its weight: https://github.com/grpc/proposal/blob/master/A52-xds-custom-lb-policies.md */
function toWrrLocality(endpointPickingPolicy: LoadBalancingPolicy): Any {
  return anyPack(WrrLocalitySchema, create(WrrLocalitySchema, { endpointPickingPolicy }))
}

/** What the routes to a cluster with these settings must hash on; undefined where the policy does not hash. */
export function hashOnOf(settings: LbSettings, lists: LbLists = LISTS): HashOn | undefined {
  return policyOf(settings, lists).hashOn?.(withDefaults(settings, lists))
}

/** What Envoy's cluster with these settings needs beside the policy. */
export function optionsBesidePolicy(settings: LbSettings, lists: LbLists = LISTS): HttpProtocolOptionsParts {
  return policyOf(settings, lists).toHttpProtocolOptions?.(withDefaults(settings, lists)) ?? {}
}

/** The settings as they take effect: with the default of each option that is not written. */
export function withDefaults<T extends LbSettings>(settings: T, lists: LbLists = LISTS): T {
  const common = Object.fromEntries(lists.lbOptions.map(({ field, schema }) => [field, schema]))
  return { ...defaultsOf({ ...policyOf(settings, lists).options, ...common }), ...settings }
}

/** The declaration of the policy that the settings name. */
export function policyOf({ policy: wanted }: LbSettings, { lbPolicies }: LbLists = LISTS): LbPolicy {
  const policy = lbPolicies.find(({ name }) => name === wanted)
  if (policy === undefined) throw new SwitchyardError('internal', `no load-balancing policy "${wanted}"`)
  return policy
}
