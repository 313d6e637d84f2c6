// A rate limiter in the process of a test, and one that only notes what it is asked.

import { create } from '@bufbuild/protobuf'
import {
  type RateLimitRequest,
  RateLimitResponse_Code,
  RateLimitResponseSchema,
  RateLimitService,
} from '@envoy/xds-protos/envoy/service/ratelimit/v3/rls_pb.js'
import { Server } from '@grpc/grpc-js'
import { DrainingListener } from '../../services/draining-listener.ts'
import { MemoryStore } from '../../services/rate-limiter/memory-store.ts'
import { startRateLimiter } from '../../services/rate-limiter/rate-limit-server.ts'
import { parseRules } from '../../services/rate-limiter/rules-file.ts'
import { addService } from '../../services/rpc/index.ts'
import type { Teardowns } from './real-envoy.ts'

const LOOPBACK = { host: '127.0.0.1', port: 0 }
const NOON = Date.UTC(2026, 0, 1, 12)

/** It is always noon, so that no window ends while a test runs. @param rules as in a file */
export async function limitBy(t: Teardowns, rules: string) {
  const parsed = parseRules([['rules.yaml', rules]])
  const store = new MemoryStore()
  const limiter = await startRateLimiter({ listen: LOOPBACK, rules: () => parsed, store, now: () => NOON })
  t.teardown(() => limiter.close())
  return limiter
}

/**
 * What each call was described by, such as `shop: x-tenant=gold, path=/a.Service/Call`.
 * @param options `isSilent`: whether it never answers
 */
export async function noteDescriptors(t: Teardowns, { isSilent = false } = {}) {
  const asked: string[][] = []
  const server = new Server()
  addService(server, RateLimitService, {
    async shouldRateLimit(request) {
      asked.push(describe(request))
      if (isSilent) await new Promise(() => {})
      return create(RateLimitResponseSchema, { overallCode: RateLimitResponse_Code.OK })
    },
  })
  const listener = new DrainingListener(server)
  const address = await listener.listen(LOOPBACK)
  t.teardown(() => listener.close(0))
  return { address, asked }
}

function describe({ domain, descriptors }: RateLimitRequest): string[] {
  return descriptors.map(
    ({ entries }) => `${domain}: ${entries.map(({ key, value }) => `${key}=${value}`).join(', ')}`,
  )
}
