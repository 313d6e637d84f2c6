// Fleets: a port each listener, the half that the mode picks, and references that lead somewhere.

import { isDeepStrictEqual } from 'node:util'
import { hashOnOf } from '../../switches/lb-policies.ts'
import { SWITCHES, type Switches } from '../../switches/switches.ts'
import { type Config, type Fleet, type Listener, lbOf } from '../model.ts'
import type { PlacedProblem } from '../problem.ts'
import { checkReference } from './reference.ts'

export function* checkFleets(config: Config, switches: Switches = SWITCHES): Iterable<PlacedProblem> {
  for (const [name, fleet] of Object.entries(config.fleets)) {
    const listenerAt = new Map<number, string>()
    for (const [id, listener] of Object.entries(fleet.listeners)) {
      const steps = ['fleets', name, 'listeners', id]
      const twin = listenerAt.get(listener.port)
      if (twin !== undefined) {
        yield { steps: [...steps, 'port'], message: `is also the port of ${twin}: choose another` }
      }
      listenerAt.set(listener.port, id)
      yield* checkListener(steps, config, fleet, listener)
    }
    yield* checkHashing(config, name, fleet, switches)
  }
}

function* checkListener(
  steps: readonly string[],
  { upstreams, routes }: Config,
  { lb: { mode } }: Fleet,
  listener: Listener,
): Iterable<PlacedProblem> {
  const { l4, l7 } = listener
  if (listener[mode] === undefined) {
    const half = mode === 'l4' ? '{ upstream: NAME }' : '{ routes: NAME }'
    yield {
      steps: [...steps, mode],
      message: `is missing, and the fleet's lb.mode is ${mode}: write ${half}`,
    }
  }
  if (l4) yield* checkReference([...steps, 'l4', 'upstream'], l4.upstream, upstreams, 'upstream')
  if (l7) yield* checkReference([...steps, 'l7', 'routes'], l7.routes, routes, 'entry of routes')
}

/** A route has one hash, which is taken before the split between its upstreams. */
function* checkHashing(
  { upstreams, routes }: Config,
  name: string,
  fleet: Fleet,
  switches: Switches,
): Iterable<PlacedProblem> {
  const used = new Set(Object.values(fleet.listeners).flatMap(({ l7 }) => l7?.routes ?? []))
  for (const [routeName, { rules }] of Object.entries(routes)) {
    if (!used.has(routeName)) continue
    for (const [ruleName, { to }] of Object.entries(rules)) {
      const names = Object.keys(to)
      if (names.length < 2) continue
      const hashed = names.flatMap((upstream) => {
        const settings = Object.hasOwn(upstreams, upstream) ? upstreams[upstream] : undefined
        const hashOn = settings && hashOnOf(lbOf(fleet, settings), switches)
        return hashOn === undefined ? [] : [{ upstream, hashOn }]
      })
      const other = hashed.find(({ hashOn }) => !isDeepStrictEqual(hashOn, hashed[0]?.hashOn))
      if (other === undefined) continue
      yield {
        steps: ['routes', routeName, 'rules', ruleName, 'to'],
        message: `in fleet ${name}, ${hashed[0]?.upstream} and ${other.upstream} hash calls on different things, and a rule has one hash: write the same hashOn for both`,
      }
    }
  }
}
