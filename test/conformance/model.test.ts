// Random histories of a fleet: every step follows the protocol, and when all is quiet each client has what is served.

import { inspect } from 'node:util'
import fc from 'fast-check'
import t from 'tap'
import { servingOf } from '../../xds-server/cache/snapshot-cache.ts'
import { SnapshotCache } from '../../xds-server/index.ts'
import { type Command, commands, runCommand } from './model/commands.ts'
import { Fleet } from './model/fleet.ts'
import { MemoryLink } from './model/memory-link.ts'

/**
 * The same seed makes the same histories, so a run fails because of a change and not by chance. For a longer search:
 * SWITCHYARD_SEED=$RANDOM npx tap test/conformance/model.test.ts
 */
const seed = Number(process.env.SWITCHYARD_SEED ?? 1)
t.comment(`SWITCHYARD_SEED=${seed}`)

async function live(history: readonly Command[]): Promise<void> {
  const cache = new SnapshotCache({ consistency: 'enforce' })
  const fleet = new Fleet(cache, (id, client) => new MemoryLink(cache, id, client))
  for (const command of history) await runCommand(fleet, command)
  await fleet.heal()
  fleet.close()
  if (servingOf(cache).watchCount > 0) throw new Error(`${servingOf(cache).watchCount} watches are left`)
}

/** Formats the shortest failing history. */
function reportFailure({ failed, counterexample, errorInstance }: fc.RunDetails<[readonly Command[]]>): void {
  if (!failed) return
  const history = (counterexample?.[0] ?? []).filter((command) => command.do !== 'rest')
  const steps = history.map((command) => `  ${inspect(command, { breakLength: Infinity, depth: 5 })}`)
  const message = errorInstance instanceof Error ? errorInstance.message : 'no history could be made'
  throw new Error([`SWITCHYARD_SEED=${seed}: ${message}`, 'after', ...steps].join('\n'), {
    cause: errorInstance,
  })
}

t.test(`X1, X5, X10, X14, X15, X31: each client has what is served (seed ${seed})`, async () => {
  const parameters: fc.Parameters<[readonly Command[]]> = {
    seed,
    numRuns: 500,
    asyncReporter: async (run) => reportFailure(run),
  }
  await fc.assert(fc.asyncProperty(commands({ min: 40, max: 80 }), live), parameters)
})
