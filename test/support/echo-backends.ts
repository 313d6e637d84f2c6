// Echo backends for a test, on ports of their own.

import { startBackend } from '../../services/backend-server.ts'
import type { Teardowns } from './real-envoy.ts'

/** The ports of echo backends with the given ids. */
export async function startBackends(t: Teardowns, ...ids: string[]): Promise<number[]> {
  const backends = await Promise.all(
    ids.map((id) => startBackend({ id, listen: { host: '127.0.0.1', port: 0 }, latencyMs: 0 })),
  )
  t.teardown(() => Promise.all(backends.map((backend) => backend.close())))
  return backends.map(({ address }) => Number(address.split(':').at(-1)))
}
