// What a caller that is limited to some fleets may change in the document.

import { differencesBetween } from '../../core/differences.ts'
import type { Problem } from '../../core/errors.ts'
import { filesUsedBy, secretsUsedBy, switchesReachedBy } from './configured-switches.ts'
import type { Config } from './model.ts'

/** The upstreams that some of these fleets reach, and no other fleet does. */
export function upstreamsOnlyOf(config: Config, fleets: readonly string[]): ReadonlySet<string> {
  const others = Object.keys(config.fleets).filter((name) => !fleets.includes(name))
  const shared = reachOf(config, others).upstreams
  return new Set([...reachOf(config, fleets).upstreams].filter((name) => !shared.has(name)))
}

/**
 * Why these fleets are not all that the change is about, with a problem for each difference. What is outside `fleets`, such as
 * upstreams, routes and secrets, may belong to every fleet. And the nodes of a fleet are sent the secrets and the contents of the
 * files that it uses, so a caller could read those of other fleets by naming them in its own.
 */
export function problemsOutside(
  before: Config,
  after: Config,
  fleets: readonly string[],
): readonly Problem[] {
  const inside = fleets.map((name) => ['fleets', name])
  const changed = differencesBetween(withoutFleets(before, fleets), withoutFleets(after, fleets))
  const [had, has] = [reachOf(before, fleets), reachOf(after, fleets)]
  const gained = (kind: 'upstreams' | 'secrets' | 'files') =>
    [...has[kind]].filter((name) => !had[kind].has(name)).map((name) => ({ kind, name }))
  return [
    ...changed.map(({ path }) => ({ path, message: 'is outside the fleets that the caller is limited to' })),
    ...[...gained('upstreams'), ...gained('secrets'), ...gained('files')].map(({ kind, name }) => ({
      path: `${kind}.${name}`,
      message: `is new to ${inside.map((steps) => steps.join('.')).join(' and ')}: a caller that is not limited to fleets must add the first reference to it`,
    })),
  ]
}

function withoutFleets(config: Config, fleets: readonly string[]): Config {
  const others = Object.entries(config.fleets).filter(([name]) => !fleets.includes(name))
  return { ...config, fleets: Object.fromEntries(others) }
}

function reachOf(config: Config, fleets: readonly string[]) {
  const reached = Object.entries(config.fleets)
    .filter(([name]) => fleets.includes(name))
    .map(([name, fleet]) => switchesReachedBy(config, name, fleet))
  return {
    upstreams: new Set(reached.flatMap(({ upstreams }) => [...upstreams])),
    secrets: new Set(
      reached.flatMap(({ configured }) => secretsUsedBy(configured)).map(({ secret }) => secret),
    ),
    files: new Set(reached.flatMap(({ configured }) => filesUsedBy(configured)).map(({ file }) => file)),
  }
}
