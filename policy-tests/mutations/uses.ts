// What test files use of a document: the methods that they call, and the audiences of their tokens.

import type { Config } from '../../control-plane/document/model.ts'
import type { Suite } from '../suite/read-suite.ts'
import type { Uses } from './protections.ts'

export function usesOf(config: Config, suites: readonly Pick<Suite, 'callers' | 'calls'>[]): Uses {
  const [only] = Object.keys(config.fleets).filter((name) => config.fleets[name]?.kind === 'envoy')
  const called = suites.flatMap(({ calls }) =>
    Object.values(calls).flatMap(({ fleet = only, method }) => (method && fleet ? [{ fleet, method }] : [])),
  )
  const byFleet = Object.groupBy(called, ({ fleet }) => fleet)
  const methods = Object.fromEntries(
    Object.entries(byFleet).map(([fleet, calls = []]) => [
      fleet,
      [...new Set(calls.map(({ method }) => method))],
    ]),
  )
  return { methods, audiences: [...new Set(suites.flatMap(audiencesOf))] }
}

export function audiencesOf({ callers }: Pick<Suite, 'callers'>): readonly string[] {
  return Object.values(callers)
    .flatMap(({ token, tokens = [] }) => [...(token ? [token] : []), ...tokens])
    .flatMap(({ claims }) => [claims?.aud].flat())
    .filter((audience): audience is string => typeof audience === 'string' && audience !== '')
}
