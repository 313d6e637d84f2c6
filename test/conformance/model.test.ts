// Random histories of a fleet: at every step the protocol is kept, and whenever all comes to rest each client holds the truth.

import { inspect } from 'node:util'
import fc from 'fast-check'
import t from 'tap'
import { SnapshotCache } from '../../xds-server/index.ts'
import { type Command, commands, runCommand } from './model/commands.ts'
import { Fleet } from './model/fleet.ts'
import { MemoryLink } from './model/memory-link.ts'

/**
 * The same seed makes the same histories, so that a run fails for what has changed and not by luck. To look further:
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
  if (cache.watchCount > 0) throw new Error(`${cache.watchCount} watches are left`)
}

/** The shortest history that fails, without what does not matter. */
function tell({ failed, counterexample, errorInstance }: fc.RunDetails<[readonly Command[]]>): void {
  if (!failed) return
  const history = (counterexample?.[0] ?? []).filter((command) => command.do !== 'rest')
  const steps = history.map((command) => `  ${inspect(command, { breakLength: Infinity, depth: 5 })}`)
  const message = errorInstance instanceof Error ? errorInstance.message : 'no history could be made'
  throw new Error([`SWITCHYARD_SEED=${seed}: ${message}`, 'after', ...steps].join('\n'), {
    cause: errorInstance,
  })
}

t.test(
  `X1, X5, X10, X14, X15, X31: what each client holds and what is served agree (seed ${seed})`,
  async () => {
    const parameters: fc.Parameters<[readonly Command[]]> = {
      seed,
      numRuns: 500,
      asyncReporter: async (run) => tell(run),
    }
    await fc.assert(fc.asyncProperty(commands({ min: 40, max: 80 }), live), parameters)
  },
)
