// Zone awareness in a fleet that does not say where its Envoys run: no call would stay near.

import { ownValue } from '../../core/plain-map.ts'
import type { Config, EnvoyFleet, LbSettings } from './model.ts'
import { formatSteps, type PlacedProblem } from './problem.ts'
import { servedLeaves } from './served-rules.ts'

/** Of the fleet itself and of the upstreams behind the rules that it serves. */
export function unplacedEnvoys(config: Config, name: string, fleet: EnvoyFleet): readonly PlacedProblem[] {
  const { localities } = fleet as { readonly localities?: object }
  if (localities !== undefined) return []
  const places: (readonly [steps: readonly string[], lb: LbSettings | undefined])[] = [
    [['fleets', name], fleet.lb],
    ...[...servedLeaves(config, fleet)].map(
      (leaf) => [['upstreams', leaf], ownValue(config.upstreams, leaf)?.lb] as const,
    ),
  ]
  return places.flatMap(([steps, lb]) =>
    lb !== undefined && 'zoneAware' in lb && lb.zoneAware?.enabled
      ? [
          {
            steps: [...steps, 'lb', 'zoneAware'],
            message: `has no effect in fleet ${formatSteps([name])}, which does not say where its Envoys run: write ${formatSteps(['fleets', name, 'localities'])}`,
          },
        ]
      : [],
  )
}
