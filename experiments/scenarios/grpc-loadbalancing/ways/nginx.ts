// NGINX between clients and backends, with `grpc_pass`: it picks a backend for each call.

import { join } from 'node:path'
import { NEEDS_NGINX } from '../../../../harness/needs.ts'
import { startNginx } from '../../../../testbed/proxies/nginx.ts'
import { measuredProxy } from './measured-proxy.ts'
import type { Way } from './way.ts'

/** More than the calls at a time of any run, so that no connection is closed for want of room. */
const KEPT = 64

const SHAPES = [
  { id: 'nginx-keep-alive', title: 'NGINX, keep-alive', keepAlive: KEPT },
  { id: 'nginx-no-keep-alive', title: 'NGINX, no keep-alive', keepAlive: 0 },
]

export const NGINX_WAYS: readonly Way[] = SHAPES.map(({ id, title, keepAlive }) => ({
  id,
  title,
  who: 'proxy',
  picksFor: 'call',
  needs: [NEEDS_NGINX],
  open: async ({ group, folder }, { backends }) =>
    measuredProxy(await startNginx(group, join(folder, id), { backends, keepAlive })),
}))
