// Measures one setting after the other: switches the fleet under load, then counts where calls go.

import { type RunContext, switchTo, switchUnderLoad } from '../../testbed/flips/switch-under-load.ts'
import {
  type Distribution,
  type DistributionOptions,
  measureDistribution,
} from '../../testbed/measure/distribution.ts'
import { LiveLine } from '../output/live-line.ts'
import { renderDistribution, renderHead, renderSwitch, renderTitle } from './render.ts'
import { SETTINGS, type Setting } from './settings.ts'
import type { Measurement } from './verdict.ts'

const CONNECTIONS = [1, 4, 16]
/** Distinct keys: ten for each call of the other measurements. With 300, half of an equal share is six standard deviations away. */
const KEYS_A_CALL = 10
const [LEAST_KEYS, MOST_KEYS] = [300, 3_000]

/**
 * Measures all settings and prints each result.
 * @param calls how many calls a measurement has
 * @throws SwitchyardError if the fleet does not ACK a setting
 */
export async function measureSettings(
  context: RunContext,
  calls: number,
  print: (text: string) => void,
): Promise<readonly Measurement[]> {
  const measurements: Measurement[] = []
  for (const setting of SETTINGS) {
    const before = measurements.at(-1)?.setting.lb
    const switched = before === undefined ? undefined : await switchUnderLoad(context, before, setting.lb)
    if (switched === undefined) await switchTo(context, setting.lb)
    print(renderTitle(setting))
    if (switched !== undefined) print(renderSwitch(switched, context.nodes.length))
    const distributions = await measureAll(context, distributionsOf(setting, calls), print)
    measurements.push({ setting, distributions, ...(switched && { switched }) })
    print('')
  }
  return measurements
}

function distributionsOf({ hashes }: Setting, calls: number): readonly DistributionOptions[] {
  if (!hashes) return CONNECTIONS.map((connections) => ({ connections, calls }))
  const most = Math.max(...CONNECTIONS)
  const keys = Math.min(Math.max(KEYS_A_CALL * calls, LEAST_KEYS), MOST_KEYS)
  return [
    ...CONNECTIONS.map((connections) => ({ connections, calls: keys, keys: 'distinct' as const })),
    { connections: most, calls, keys: { same: 'alice' } },
  ]
}

async function measureAll(
  { nodes, backends }: RunContext,
  wanted: readonly DistributionOptions[],
  print: (text: string) => void,
): Promise<readonly Distribution[]> {
  const targets = nodes.map(({ target }) => target)
  const ids = backends.map(({ id }) => id)
  print(renderHead(ids))
  const measured: Distribution[] = []
  for (const options of wanted) {
    const line = new LiveLine()
    const distribution = await measureDistribution(targets, ids, options, (soFar) =>
      line.update(() => renderDistribution(soFar)),
    )
    line.finish(renderDistribution(distribution))
    measured.push(distribution)
  }
  return measured
}
