// All ways, in the order of the report. A new one is a file of this folder and a line here.

import { DNS_WAYS } from './dns.ts'
import { ENVOY_WAYS } from './envoy.ts'
import { HAPROXY_WAYS } from './haproxy.ts'
import { KERNEL_WAYS } from './kernel.ts'
import { MESH_WAYS } from './mesh.ts'
import { NGINX_WAYS } from './nginx.ts'
import { PROXYLESS_WAYS } from './proxyless.ts'
import type { Way } from './way.ts'

export const WAYS: readonly Way[] = [
  ...KERNEL_WAYS,
  ...ENVOY_WAYS,
  ...NGINX_WAYS,
  ...HAPROXY_WAYS,
  ...MESH_WAYS,
  ...DNS_WAYS,
  ...PROXYLESS_WAYS,
]
