// What a patch could undo: the protection of the resources that it changes. Nobody can tell from a patch whether it does.

import { matchesGlob } from '../../core/glob.ts'
import { configuredFilters } from '../switches/filter-chain.ts'
import type { Patch, Patches } from '../switches/patches.ts'
import type { Switches } from '../switches/switches.ts'
import type { Config, EnvoyFleet } from './model.ts'
import type { PlacedProblem } from './problem.ts'

interface ProtectedPatch {
  /** From the top of the document to the patch. */
  readonly steps: readonly string[]
  readonly patch: Patch
  /** What protects calls there, such as `security.jwt`. */
  readonly protections: readonly string[]
}

/** The patches that are on of a fleet, as far as they change what protects calls. */
function protectedPatches(
  config: Config,
  fleetName: string,
  fleet: EnvoyFleet,
  switches: Switches,
): readonly ProtectedPatch[] {
  return Object.entries((fleet.patches ?? {}) as Patches).flatMap(([name, patch]) => {
    const protections = patch.enabled ? protectionsOf(config, fleet, patch, switches) : []
    return protections.length === 0
      ? []
      : [{ steps: ['fleets', fleetName, 'patches', name], patch, protections }]
  })
}

/** Endpoints have none of their own: the cluster says whom it trusts. */
function protectionsOf(
  { upstreams }: Config,
  fleet: EnvoyFleet,
  { type, resource }: Patch,
  { httpFilters }: Switches,
): readonly string[] {
  const withTls = (map: string, entries: Readonly<Record<string, object>>) =>
    Object.entries(entries)
      .filter(
        ([name, { tls }]: [string, { tls?: { enabled?: boolean } }]) =>
          tls?.enabled && matchesGlob(resource, name),
      )
      .map(([name]) => `${map}.${name}.tls`)
  if (type === 'cluster') return withTls('upstreams', upstreams)
  if (type === 'endpoints') return []
  const filters = configuredFilters(fleet, httpFilters)
    .filter(({ enabled, filter }) => enabled && filter.room === 'security')
    .map(({ filter }) => `security.${filter.field}`)
  return type === 'listener' ? [...filters, ...withTls('listeners', fleet.listeners)] : filters
}

/** A patch that changes what protects calls needs `allowUnprotected`. */
export function* unprotectedPatches(
  config: Config,
  fleetName: string,
  fleet: EnvoyFleet,
  switches: Switches,
): Iterable<PlacedProblem> {
  for (const { steps, patch, protections } of protectedPatches(config, fleetName, fleet, switches)) {
    if (patch.allowUnprotected) continue
    yield {
      steps: [...steps, 'allowUnprotected'],
      message: `is missing: the patch changes a ${patch.type} that ${protections.join(' and ')} ${protections.length === 1 ? 'protects' : 'protect'}, and nothing checks whether the protection still works. Write allowUnprotected: true if the calls may go unprotected, or turn the patch off`,
    }
  }
}

/** The same patches, with `allowUnprotected`. */
export function warningsOfPatches(
  config: Config,
  fleetName: string,
  fleet: EnvoyFleet,
  switches: Switches,
): readonly PlacedProblem[] {
  return protectedPatches(config, fleetName, fleet, switches)
    .filter(({ patch }) => patch.allowUnprotected)
    .map(({ steps, patch, protections }) => ({
      steps,
      message: `changes a ${patch.type} that ${protections.join(' and ')} ${protections.length === 1 ? 'protects' : 'protect'}: nothing checks whether the protection still works`,
    }))
}
