// The settings that the demonstration measures, each with what it does and what its calls should look like.

import type { LbRequest } from '../../api/schemas/lb.ts'
import {
  type Expectation,
  even,
  oneBackendPerKey,
  onePerConnection,
  random,
  roughlyEven,
} from './expectations.ts'

export interface Setting {
  readonly lb: LbRequest
  /** What Envoy does with it. */
  readonly summary: string
  /** Whether the policy hashes a key of the call. */
  readonly hashes: boolean
  readonly expectations: readonly Expectation[]
}

const l7 = (policy: string) => ({ mode: 'l7', policy }) as const

const L4: Setting = {
  lb: { mode: 'l4' },
  summary: 'tcp_proxy picks a backend for each connection',
  hashes: false,
  expectations: [onePerConnection],
}

/** In the order of the demonstration: L4, each policy at L7, and L4 again. */
export const SETTINGS: readonly Setting[] = [
  L4,
  {
    lb: l7('round_robin'),
    summary: 'each call goes to the next backend',
    hashes: false,
    expectations: [even],
  },
  {
    lb: l7('least_request'),
    summary: 'the one with fewer open calls of two random backends',
    hashes: false,
    expectations: [roughlyEven],
  },
  { lb: l7('random'), summary: 'a random backend', hashes: false, expectations: [random] },
  {
    lb: l7('ring_hash'),
    summary: 'a backend for each key, by a ring',
    hashes: true,
    expectations: [roughlyEven, oneBackendPerKey],
  },
  {
    lb: l7('maglev'),
    summary: 'a backend for each key, by an even table',
    hashes: true,
    expectations: [random, oneBackendPerKey],
  },
  L4,
]
