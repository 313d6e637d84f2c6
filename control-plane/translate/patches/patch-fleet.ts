// The patches of a fleet on the resources that its switches gave.

import type { DescMessage, Message } from '@bufbuild/protobuf'
import { ClusterSchema } from '@envoy/xds-protos/envoy/config/cluster/v3/cluster_pb.js'
import { ClusterLoadAssignmentSchema } from '@envoy/xds-protos/envoy/config/endpoint/v3/endpoint_pb.js'
import { ListenerSchema } from '@envoy/xds-protos/envoy/config/listener/v3/listener_pb.js'
import { RouteConfigurationSchema } from '@envoy/xds-protos/envoy/config/route/v3/route_pb.js'
import { matchesGlob } from '../../../core/glob.ts'
import { memoizePair } from '../../../core/memo.ts'
import { CORE_MESSAGES } from '../../../xds-server/snapshot/message-registry.ts'
import { createResources } from '../../../xds-server/snapshot/resource.ts'
import { type Config, type EnvoyFleet, modeOf } from '../../document/model.ts'
import type { PlacedProblem } from '../../document/problem.ts'
import { describeUnknown } from '../../document/unknown-name.ts'
import type { Patch, PatchedType } from '../../switches/patches.ts'
import { IN_BOOTSTRAPS } from '../in-bootstraps.ts'
import type { Change } from './apply-operations.ts'
import { withPatchedMessages } from './envoy-messages.ts'
import { patchResource } from './patch-resource.ts'

/** A resource that switches gave. */
export interface Unpatched {
  readonly resource: Message
  readonly name: string
  readonly from: readonly string[]
}

/** What one patch did to a resource. */
export interface AppliedPatch {
  /** The steps to the patch in the document. */
  readonly steps: readonly string[]
  readonly changes: readonly Change[]
}

export interface Patched extends Unpatched {
  /** In the order in which they were applied. */
  readonly patches?: readonly AppliedPatch[]
}

const SCHEMAS: Readonly<Record<PatchedType, DescMessage>> = {
  listener: ListenerSchema,
  route: RouteConfigurationSchema,
  cluster: ClusterSchema,
  endpoints: ClusterLoadAssignmentSchema,
}

/** The resources with all patches that are on, and all that is wrong with these. */
export function patchFleet(
  made: readonly Unpatched[],
  {
    config,
    fleetName,
    fleet,
  }: { readonly config: Config; readonly fleetName: string; readonly fleet: EnvoyFleet },
): { readonly patched: readonly Patched[]; readonly problems: readonly PlacedProblem[] } {
  const wanted = Object.entries(fleet.patches ?? {})
    .filter(([, { enabled }]) => enabled)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
  if (wanted.length === 0) return { patched: made, problems: [] }
  const problems: PlacedProblem[] = []
  const broken = new Set<number>()
  const patched: Patched[] = [...made]
  for (const [name, written] of wanted) {
    const patch = written as Patch
    const steps = ['fleets', fleetName, 'patches', name]
    const message = whyNothing(patch, fleet, made)
    if (message !== undefined) problems.push({ steps: [...steps, 'resource'], message })
    for (const [index, one] of patched.entries()) {
      if (broken.has(index) || !isMeant(patch, one, fleet)) continue
      const result = applyShared(one.resource, patch)
      if ('resource' in result) {
        const applied = { steps, changes: result.changes }
        patched[index] = { ...one, resource: result.resource, patches: [...(one.patches ?? []), applied] }
      } else {
        const at = result.index === undefined ? [] : [String(result.index)]
        problems.push({ steps: [...steps, 'operations', ...at], message: result.message })
        broken.add(index)
      }
    }
  }
  return { patched, problems: [...problems, ...dangling(made, patched, config, fleetName)] }
}

/** The same message for the same message: what did not change is neither encoded nor sent again. */
const applyShared = memoizePair((resource: Message, patch: Patch) =>
  patchResource(SCHEMAS[patch.type], resource, patch.operations, `${patch.type} "${nameOf(resource)}"`),
)

function nameOf(resource: Message): string {
  const { name, clusterName } = resource as { readonly name?: string; readonly clusterName?: string }
  return clusterName ?? name ?? ''
}

function isMeant(patch: Patch, { resource, name }: Unpatched, fleet: EnvoyFleet): boolean {
  if (resource.$typeName !== SCHEMAS[patch.type].typeName || !matchesGlob(patch.resource, name)) return false
  return patch.mode === undefined || patch.mode === modeOfListener(fleet, name)
}

function modeOfListener(fleet: EnvoyFleet, name: string): 'l4' | 'l7' {
  return modeOf(fleet, fleet.listeners[name] ?? {})
}

/** Why a patch has nothing to do; undefined if it has, or if it waits for the other mode. */
function whyNothing(
  { type, resource, mode }: Patch,
  fleet: EnvoyFleet,
  made: readonly Unpatched[],
): string | undefined {
  const { typeName } = SCHEMAS[type]
  const there = made.filter((one) => one.resource.$typeName === typeName).map(({ name }) => name)
  const listeners = Object.keys(fleet.listeners)
  const others = type === 'route' ? listeners.filter((name) => !there.includes(name)) : []
  if (there.some((name) => matchesGlob(resource, name))) return undefined
  if (others.some((name) => matchesGlob(resource, name))) {
    return mode === 'l7'
      ? undefined
      : 'has no route now, because its listener is in mode l4: write mode: l7 beside it, and the patch waits for that mode'
  }
  const names = Object.fromEntries([...there, ...others].map((name) => [name, true]))
  return `the patch changes nothing: ${describeUnknown(type, resource, names).replace('The document has none', 'This fleet is served none')}`
}

const MESSAGES = withPatchedMessages(CORE_MESSAGES)

/** References that a patch brought in and that lead nowhere. */
function dangling(
  made: readonly Unpatched[],
  patched: readonly Patched[],
  { upstreams }: Config,
  fleetName: string,
): readonly PlacedProblem[] {
  const keyOf = (typeUrl: string, name: string) => `${typeUrl} ${name}`
  const served = new Set(made.map(({ resource, name }) => keyOf(typeUrlOf(resource), name)))
  const external = new Set(
    Object.entries(IN_BOOTSTRAPS).flatMap(([typeUrl, names]) => names.map((name) => keyOf(typeUrl, name))),
  )
  return patched.flatMap(({ resource, patches, name: of }, index) => {
    const last = patches?.at(-1)
    const before = made[index]?.resource
    if (last === undefined || before === undefined) return []
    const known = new Set(referencesOf(before).map(({ typeUrl, name }) => keyOf(typeUrl, name)))
    return referencesOf(resource).flatMap(({ typeUrl, name, isOptional }) => {
      const key = keyOf(typeUrl, name)
      if (isOptional || served.has(key) || external.has(key) || known.has(key)) return []
      const type = typeUrl.slice(typeUrl.lastIndexOf('.') + 1)
      const why =
        type === 'Cluster' && Object.hasOwn(upstreams, name)
          ? `add "${name}" to upstreams of the patch`
          : type === 'Cluster'
            ? describeUnknown('upstream', name, upstreams)
            : 'refer to what it is served'
      return {
        steps: [...last.steps, 'operations'],
        message: `${of} refers to the ${type} "${name}" now, which fleet ${fleetName} is not served: ${why}`,
      }
    })
  })
}

function referencesOf(resource: Message) {
  return createResources([resource], { messages: MESSAGES })[0]?.references ?? []
}

function typeUrlOf({ $typeName }: Message): string {
  return `type.googleapis.com/${$typeName}`
}
