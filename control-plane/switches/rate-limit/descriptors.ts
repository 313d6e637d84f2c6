// The descriptors of a rate limit: for each of them, Envoy asks the rate limiter about a call.

import { type Static, Type } from 'typebox'
import type { DeepReadonly } from '../../../core/deep-readonly.ts'
import type { RateLimitParts, SettingReference } from '../attach-points.ts'
import { NamedMap } from '../named-map.ts'
import type { PlacedProblem } from '../placed-problem.ts'
import { facts } from '../schema-keywords.ts'
import { DescriptorPart, toAction } from './descriptor-part.ts'
import { partProblems } from './descriptor-problems.ts'

const EXAMPLE = { 'by-tenant': { parts: [{ header: 'x-tenant' }] } }

const Descriptor = Type.Object(
  {
    parts: Type.Array(DescriptorPart, {
      minItems: 1,
      maxItems: 20,
      description:
        'a list of parts that tell calls apart, in the order of the rules, such as [{ header: x-tenant }]',
      ...facts({ envoy: 'RateLimit.actions', example: [{ path: true }, { header: 'x-tenant' }] }),
    }),
  },
  {
    additionalProperties: false,
    description: 'a descriptor such as { parts: [{ header: x-tenant }] }',
    ...facts({ envoy: 'RouteAction.rate_limits', example: EXAMPLE['by-tenant'] }),
  },
)

export const Descriptors = NamedMap(
  Descriptor,
  'descriptors by their names: the rate limiter looks each up in its rules, and ends a call if it is over the limit of any',
  { envoy: 'VirtualHost.rate_limits', example: EXAMPLE, default: {} },
)
export type Descriptors = DeepReadonly<Static<typeof Descriptors>>

export function toRateLimits(descriptors: Descriptors, stage: number): readonly RateLimitParts[] {
  return Object.values(descriptors).map(({ parts }) => ({
    stage,
    actions: parts.map(toAction),
  }))
}

export function* descriptorProblems(descriptors: Descriptors): Iterable<PlacedProblem> {
  for (const [name, { parts }] of Object.entries(descriptors)) {
    for (const [index, part] of parts.entries()) {
      yield* partProblems(['descriptors', name, 'parts', String(index)], part)
    }
  }
}

/** The issuers of the tokens that parts are taken from. */
export function issuersOf(descriptors: Descriptors): readonly SettingReference[] {
  return Object.entries(descriptors).flatMap(([name, { parts }]) =>
    parts.flatMap(({ token }, index) =>
      token === undefined
        ? []
        : [
            {
              steps: ['descriptors', name, 'parts', String(index), 'token', 'from'],
              to: 'jwt' as const,
              name: token.from,
            },
          ],
    ),
  )
}
