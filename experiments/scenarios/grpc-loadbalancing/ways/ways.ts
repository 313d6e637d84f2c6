// All ways, in the order of the report. A new one is a file of this folder and a line here.

import { DNS_WAYS } from './dns.ts'
import { ENVOY_WAYS } from './envoy.ts'
import { PROXYLESS_WAYS } from './proxyless.ts'
import type { Way } from './way.ts'

export const WAYS: readonly Way[] = [...ENVOY_WAYS, ...DNS_WAYS, ...PROXYLESS_WAYS]
