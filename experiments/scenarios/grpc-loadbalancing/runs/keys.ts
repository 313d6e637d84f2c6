// What a policy that hashes does with one key and with many: a few hundred calls, counted and not timed.

import { facts } from '../../../../harness/facts.ts'
import type { Measured } from '../../../../harness/results.ts'
import type { Run, RunContext } from '../../../../harness/scenario.ts'
import { takeBackends } from '../backend-pool.ts'
import { fairnessOf } from '../fairness.ts'
import type { Way } from '../ways/way.ts'
import { countAnswers } from './count-answers.ts'
import { ALL_KEYS, KEY_CALLS, ONE_KEY } from './key-figures.ts'

const CONNECTIONS = 4
const SECONDS = 2

/** Its shares are those of calls with a key each. */
export function keysRun(way: Way, backends: number): Run {
  return {
    id: `${way.id}.keys.${backends}b`,
    labels: {
      way: way.title,
      calls: `${KEY_CALLS} calls with one key, then with a key each`,
      backends: String(backends),
    },
    ...(way.needs && { needs: way.needs }),
    rounds: 1,
    seconds: SECONDS,
    measure: (context) => measureKeys(context, way, backends),
  }
}

async function measureKeys(context: RunContext, way: Way, count: number): Promise<Measured> {
  const backends = await takeBackends(context, { backends: count, crew: 'alike' })
  const open = await way.open(context, { backends })
  try {
    return await countKeys(
      open.targets,
      way,
      backends.map(({ id }) => id),
    )
  } finally {
    await open.close?.()
  }
}

async function countKeys(targets: readonly string[], way: Way, ids: readonly string[]): Promise<Measured> {
  const begun = performance.now()
  const count = async (keys: 'distinct' | { readonly same: string }) => {
    const options = { connections: CONNECTIONS, calls: KEY_CALLS, keys }
    return Object.fromEntries(await countAnswers(way.title, targets, ids, options))
  }
  const one = await count({ same: 'alice' })
  const all = await count('distinct')
  return facts({
    seconds: (performance.now() - begun) / 1000,
    calls: 2 * KEY_CALLS,
    codes: { OK: 2 * KEY_CALLS },
    shares: all,
    figures: { [ONE_KEY]: fairnessOf(one).used, [ALL_KEYS]: fairnessOf(all).used },
  })
}
