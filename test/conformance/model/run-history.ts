// The histories of a seed, and one history from an empty cache to the end.

import fc from 'fast-check'
import { servingOf } from '../../../xds-server/cache/snapshot-cache.ts'
import { SnapshotCache } from '../../../xds-server/index.ts'
import { type Command, commands, runCommand } from './commands.ts'
import { Fleet } from './fleet.ts'
import { type Fault, MemoryLink } from './memory-link.ts'
import type { Types } from './world.ts'

export type History = readonly Command[]

/** The same seed makes the same histories, as long as `commands.ts` and fast-check stay the same. */
export function historiesOf(seed: number, count: number, types: Types = 'core'): readonly History[] {
  const property = fc.asyncProperty<[History]>(commands(types, { min: 40, max: 80 }), async () => {})
  return fc.sample(property, { seed, numRuns: count }).map(([history]) => history)
}

/** Runs a history. @returns what went wrong; undefined if nothing did */
export async function runHistory(
  history: History,
  types: Types = 'core',
  fault?: Fault,
): Promise<string | undefined> {
  const cache = new SnapshotCache({ consistency: 'enforce' })
  const fleet = new Fleet(
    cache,
    types,
    (id, client, options) => new MemoryLink(cache, id, client, options, fault),
  )
  try {
    for (const command of history) await runCommand(fleet, command)
    await fleet.heal()
    fleet.close()
    const { watchCount } = servingOf(cache)
    return watchCount > 0 ? `${watchCount} watches are left` : undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
