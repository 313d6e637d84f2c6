// Denies the tokens of the lists in `security.jwt.denied`: a filter without rules in the chain, whose rules are in the routes.

import { create, type MessageInitShape } from '@bufbuild/protobuf'
import { anyPack } from '@bufbuild/protobuf/wkt'
import { RBAC_Action } from '@envoy/xds-protos/envoy/config/rbac/v3/rbac_pb.js'
import {
  RBACPerRouteSchema,
  RBACSchema,
} from '@envoy/xds-protos/envoy/extensions/filters/http/rbac/v3/rbac_pb.js'
import type { ValueMatcherSchema } from '@envoy/xds-protos/envoy/type/matcher/v3/value_pb.js'
import type { NamedExtension } from '../attach-points.ts'
import type { DeniedClaims } from '../denied-tokens.ts'
import { claimCondition, type Principal } from './rbac.ts'

type ValueMatcher = MessageInitShape<typeof ValueMatcherSchema>

const NAME = 'listed_tokens'
/** The counter is `http.LISTENER.rbac.listed_tokens.denied`. */
const STATS = 'listed_tokens.'
const PRESENT: ValueMatcher = { matchPattern: { case: 'presentMatch', value: true } }

/** Always in the chain behind `jwt_authn`: the first list changes no chain then, and drains no connection. */
export function listedTokens(): NamedExtension {
  const rbac = create(RBACSchema, { rulesStatPrefix: STATS })
  return { name: NAME, extension: anyPack(RBACSchema, rbac) }
}

/**
 * The lists, for all routes of a listener. A new list of routes is in effect for the next call of open connections too; a new chain
 * would be in effect for new connections only, and drain the old ones. The matcher of `token_denial` is no place for them: Envoy 1.40
 * accepts one in routes that reads claims, and it denied nothing there.
 */
export function tokensOfLists(denied: Readonly<Record<string, DeniedClaims>>): readonly NamedExtension[] {
  const ids = Object.entries(denied).flatMap(([provider, { jti, sub, everything }]) => [
    ...isOneOf(provider, 'jti', jti),
    ...isOneOf(provider, 'sub', sub),
    ...(everything ? [claimCondition(provider, 'iss', PRESENT)] : []),
  ])
  if (ids.length === 0) return []
  const listed = {
    permissions: [{ rule: { case: 'any' as const, value: true } }],
    principals: [{ identifier: { case: 'orIds' as const, value: { ids } } }],
  }
  const rbac = { rulesStatPrefix: STATS, rules: { action: RBAC_Action.DENY, policies: { listed } } }
  return [{ name: NAME, extension: anyPack(RBACPerRouteSchema, create(RBACPerRouteSchema, { rbac })) }]
}

export const LISTED_TOKENS_MESSAGES = [RBACSchema, RBACPerRouteSchema] as const

/** Envoy rejects a token whose `jti` or `sub` is not a text, so that nothing else has to be compared. */
function isOneOf(provider: string, claim: 'jti' | 'sub', values: readonly string[]): readonly Principal[] {
  const valueMatchers = values.map(
    (value): ValueMatcher => ({
      matchPattern: { case: 'stringMatch', value: { matchPattern: { case: 'exact', value } } },
    }),
  )
  const [only] = valueMatchers
  if (only === undefined) return []
  const either: ValueMatcher = { matchPattern: { case: 'orMatch', value: { valueMatchers } } }
  return [claimCondition(provider, claim, valueMatchers.length === 1 ? only : either)]
}
