// The demonstration's acts, one after the other: turn the switch under load, then measure where calls go.

import pc from 'picocolors'
import type { LbRequest } from '../../api/schemas/lb.ts'
import {
  type Distribution,
  type DistributionOptions,
  measureDistribution,
} from '../../testbed/measure/distribution.ts'
import { LiveLine } from '../output/live-line.ts'
import { renderDistribution, renderHead, renderTitle, renderTurn } from './render.ts'
import { type Stage, switchTo, turn } from './turn.ts'
import type { Act } from './verdict.ts'

const CONNECTIONS = [1, 4, 16]
const DISTINCT_KEYS = 3_000
const HASHING = ['ring_hash', 'maglev']

const L4: LbRequest = { mode: 'l4' }
const POLICIES = ['round_robin', 'least_request', 'random', ...HASHING]

/** L4, each policy at L7, and L4 again. */
const SETTINGS: readonly LbRequest[] = [
  L4,
  ...POLICIES.map((policy) => ({ mode: 'l7', policy }) as const),
  L4,
]

/** Plays all acts on `stage`, with so many calls a measurement. @throws SwitchyardError where the fleet does not take a setting */
export async function play(
  stage: Stage,
  calls: number,
  print: (text: string) => void,
): Promise<readonly Act[]> {
  const acts: Act[] = []
  for (const setting of SETTINGS) {
    const before = acts.at(-1)?.setting
    const turned = before === undefined ? undefined : await turn(stage, before, setting)
    if (turned === undefined) await switchTo(stage, setting)
    print(renderTitle(setting))
    if (turned !== undefined) print(renderTurn(turned, stage.nodes.length))
    const distributions = await measureAll(stage, measurementsOf(setting, calls), print)
    acts.push({ setting, distributions, ...(turned === undefined ? {} : { turn: turned }) })
    print('')
  }
  return acts
}

function measurementsOf({ mode, policy }: LbRequest, calls: number): readonly DistributionOptions[] {
  if (mode === 'l4' || policy === undefined || !HASHING.includes(policy)) {
    return CONNECTIONS.map((connections) => ({ connections, calls }))
  }
  const most = Math.max(...CONNECTIONS)
  return [
    ...CONNECTIONS.map((connections) => ({ connections, calls: DISTINCT_KEYS, keys: 'distinct' as const })),
    { connections: most, calls, keys: { same: 'alice' } },
  ]
}

async function measureAll(
  { nodes, backends }: Stage,
  measurements: readonly DistributionOptions[],
  print: (text: string) => void,
): Promise<readonly Distribution[]> {
  const targets = nodes.map(({ target }) => target)
  const ids = backends.map(({ id }) => id)
  print(renderHead(ids))
  const measured: Distribution[] = []
  for (const options of measurements) {
    const line = new LiveLine()
    const distribution = await measureDistribution(targets, ids, options, (sofar) =>
      line.update(() => renderDistribution(sofar)),
    )
    line.finish(renderDistribution(distribution))
    measured.push(distribution)
  }
  return measured
}

/** The verdict in words. */
export function renderVerdict(broken: readonly string[]): string {
  if (broken.length > 0) return broken.map((promise) => pc.red(`  ✗ not as promised: ${promise}`)).join('\n')
  return [
    'As promised: L4 pins a connection to one backend, L7 spreads its calls as its policy says,',
    'all Envoys agree on which backend a key has, and no turn of the switch cost a call.',
  ]
    .map((line, index) => pc.green(`  ${index === 0 ? '✓' : ' '} ${line}`))
    .join('\n')
}
