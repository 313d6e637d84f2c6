// The HTTP filters of an L7 listener: the order of the list is the order in which a call passes them.

import { SwitchyardError } from '../../core/errors.ts'
import type { FixedFilter, HttpFilterSwitch } from './attach-points.ts'
import { adaptiveConcurrency } from './http-filters/adaptive-concurrency.ts'
import { admissionControl } from './http-filters/admission-control.ts'
import { binaryMetadata } from './http-filters/binary-metadata.ts'
import { compression } from './http-filters/compression.ts'
import { cors } from './http-filters/cors.ts'
import { extAuthz } from './http-filters/ext-authz.ts'
import { extProc } from './http-filters/ext-proc.ts'
import { fault } from './http-filters/fault.ts'
import { filterState } from './http-filters/filter-state.ts'
import { globalRateLimit } from './http-filters/global-rate-limit.ts'
import { grpcHttp1Bridge } from './http-filters/grpc-http1-bridge.ts'
import { grpcJsonTranscoder } from './http-filters/grpc-json-transcoder.ts'
import { grpcStats } from './http-filters/grpc-stats.ts'
import { grpcWeb } from './http-filters/grpc-web.ts'
import { joinedHeaders } from './http-filters/joined-headers.ts'
import { jwtAuthn } from './http-filters/jwt-authn.ts'
import { localRateLimit } from './http-filters/local-rate-limit.ts'
import { luaScript } from './http-filters/lua-script.ts'
import { ownedHeaders } from './http-filters/owned-headers.ts'
import { queryDenial } from './http-filters/query-denial.ts'
import { rbac } from './http-filters/rbac.ts'
import { requestSize } from './http-filters/request-size.ts'
import { router } from './http-filters/router.ts'
import { wasm } from './http-filters/wasm.ts'

/** A filter sees only the calls that those above it let through, and relies on what they have found out. */
export const HTTP_FILTERS = inOrder([
  cors,
  compression,
  grpcHttp1Bridge,
  grpcWeb,
  grpcJsonTranscoder,
  queryDenial,
  binaryMetadata,
  ownedHeaders,
  jwtAuthn,
  extAuthz,
  joinedHeaders,
  rbac,
  grpcStats,
  localRateLimit,
  globalRateLimit,
  fault,
  requestSize,
  extProc,
  luaScript,
  wasm,
  adaptiveConcurrency,
  admissionControl,
  filterState,
  router,
] as const)

export type HttpFilter = FixedFilter | HttpFilterSwitch

export function isHttpFilterSwitch(filter: HttpFilter): filter is HttpFilterSwitch {
  return 'field' in filter
}

/**
 * The list itself, if each filter is after those whose verdict it needs, and the router is the last: otherwise a caller could
 * skip a check. @throws SwitchyardError `internal` that names the two filters in the wrong order
 */
export function inOrder<const Filters extends readonly Pick<HttpFilter, 'name' | 'after'>[]>(
  filters: Filters,
): Filters {
  for (const [index, { name, after }] of filters.entries()) {
    const late = filters.slice(index + 1).find((other) => after.includes(other.name))
    if (late !== undefined) {
      throw new SwitchyardError(
        'internal',
        `the filter ${name} is before ${late.name} in the chain, but needs its verdict: move ${name} after ${late.name}`,
      )
    }
  }
  const last = filters.at(-1)?.name
  if (last !== 'router') {
    throw new SwitchyardError(
      'internal',
      `the chain ends with ${last}, and no call reaches a filter behind the router: move the router to the end`,
    )
  }
  return filters
}
