// Security: issuers whose keys can be had, checks that name what is there, and none that a mode would go around.

import { writtenChecks } from '../../switches/http-filters.ts'
import { PRIVATE_KEY_PARTS } from '../../switches/jwt-provider.ts'
import type { Config, Fleet } from '../model.ts'
import type { Finding } from '../problem.ts'
import { checkReference } from './reference.ts'

const KINDS = { upstreams: 'upstream', jwt: 'entry of jwt' } as const

export function* checkSecurity(config: Config): Iterable<Finding> {
  for (const [name, { jwks }] of Object.entries(config.jwt ?? {})) {
    const steps = ['jwt', name, 'jwks']
    const { upstream, path, inline } = jwks
    for (const [index, key] of (inline?.keys ?? []).entries()) {
      for (const part of PRIVATE_KEY_PARTS.filter((name) => name in key)) {
        const message = 'is private: write the public key alone, and take this one for known by now'
        yield { steps: [...steps, 'inline', 'keys', String(index), part], message }
      }
    }
    if ((inline === undefined) === (upstream === undefined && path === undefined)) {
      yield { steps, message: 'has keys from one place: write either upstream and path, or inline' }
    } else if (inline === undefined && (upstream === undefined || path === undefined)) {
      yield { steps, message: 'needs both upstream and path' }
    }
    if (upstream !== undefined) {
      yield* checkReference([...steps, 'upstream'], upstream, config.upstreams, 'upstream')
    }
  }
  for (const [name, fleet] of Object.entries(config.fleets)) {
    yield* checkChecks(['fleets', name, 'security'], fleet, config)
    yield* checkMode(['fleets', name, 'lb', 'mode'], fleet)
  }
}

function* checkChecks(steps: readonly string[], { security }: Fleet, config: Config): Iterable<Finding> {
  const { upstreams, jwt = {} } = config
  const maps = { upstreams, jwt }
  for (const { check, settings } of writtenChecks(security)) {
    const at = [...steps, check.field]
    for (const reference of check.references(settings)) {
      const { to, name } = reference
      yield* checkReference([...at, ...reference.steps], name, maps[to], KINDS[to])
    }
    for (const problem of check.problems?.(settings, { jwt }) ?? []) {
      yield { steps: [...at, ...problem.steps], message: problem.message }
    }
  }
}

/** L4 sees connections and no calls: each of them would get past checks that see calls. */
function* checkMode(steps: readonly string[], { lb, security }: Fleet): Iterable<Finding> {
  if (lb.mode !== 'l4' || security?.allowUnprotected) return
  const on = writtenChecks(security).filter(({ enabled }) => enabled)
  if (on.length === 0) return
  const fields = on.map(({ check }) => check.field).join(' and ')
  yield {
    steps,
    message: `is l4, where security.${fields} would see no call and let all in: stay at l7, turn them off, or write security.allowUnprotected: true`,
  }
}
