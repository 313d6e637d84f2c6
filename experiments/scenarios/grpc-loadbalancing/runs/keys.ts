// What a policy that hashes does with one key and with many: a few hundred calls, counted and not timed.

import { measureDistribution } from '../../../../testbed/measure/distribution.ts'
import type { Measured } from '../../../harness/results.ts'
import type { Run, RunContext } from '../../../harness/scenario.ts'
import { takeBackends } from '../backend-pool.ts'
import { fairnessOf } from '../fairness.ts'
import type { Way } from '../ways/way.ts'
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
  const ids = backends.map(({ id }) => id)
  const begun = performance.now()
  const measure = (keys: 'distinct' | { readonly same: string }) =>
    measureDistribution(open.targets, ids, { connections: CONNECTIONS, calls: KEY_CALLS, keys })
  const one = await measure({ same: 'alice' })
  const all = await measure('distinct')
  const failed = one.failures.length + all.failures.length
  return {
    seconds: (performance.now() - begun) / 1000,
    calls: 2 * KEY_CALLS,
    codes: { OK: 2 * KEY_CALLS - failed, ...(failed > 0 && { UNKNOWN: failed }) },
    shares: Object.fromEntries(all.byBackend),
    histograms: {},
    processes: [],
    figures: {
      [ONE_KEY]: fairnessOf(Object.fromEntries(one.byBackend)).used,
      [ALL_KEYS]: fairnessOf(Object.fromEntries(all.byBackend)).used,
    },
  }
}
