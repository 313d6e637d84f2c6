// HAProxy between clients and backends, with HTTP/2 on both sides: it picks a backend for each call.

import { join } from 'node:path'
import { NEEDS_HAPROXY } from '../../../../harness/needs.ts'
import { startHaproxy } from '../../../../testbed/proxies/haproxy.ts'
import { measuredProxy } from './measured-proxy.ts'
import type { Way } from './way.ts'

const BALANCES = ['roundrobin', 'leastconn'] as const

/** Without these, a dead backend costs its share of calls: HAProxy would only try it again. */
const ELSEWHERE = ['option redispatch 1', 'retry-on conn-failure empty-response']

export const HAPROXY_WAYS: readonly Way[] = BALANCES.map((balance) => ({
  id: `haproxy-${balance}`,
  title: `HAProxy ${balance}`,
  who: 'proxy',
  picksFor: 'call',
  needs: [NEEDS_HAPROXY],
  open: async ({ group, folder }, { backends }) =>
    measuredProxy(
      await startHaproxy(group, join(folder, balance), { backends, balance, backendLines: ELSEWHERE }),
    ),
}))
