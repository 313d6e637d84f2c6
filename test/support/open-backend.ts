// A backend in the process of the test, with a client of each of its services.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EchoService } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import { KeyValueService } from '@envoy/xds-protos/switchyard/kv/v1/key_value_pb.js'
import type { Test } from 'tap'
import type { BackendOptions } from '../../services/backend-server.ts'
import { startBackend } from '../../services/backend-server.ts'
import { createClient } from '../../services/rpc/index.ts'

/** A backend that runs until the test ends. Default: `b1` on a free port of 127.0.0.1. */
export async function openBackend(t: Test, options: Partial<BackendOptions> = {}) {
  const listen = { host: '127.0.0.1', port: 0 }
  const backend = await startBackend({ id: 'b1', listen, latencyMs: 0, ...options }, (thrown) =>
    t.error(thrown),
  )
  const echo = createClient(EchoService, backend.address)
  const keyValue = createClient(KeyValueService, backend.address)
  t.teardown(async () => {
    echo.close()
    keyValue.close()
    await backend.close()
  })
  return { backend, echo, keyValue }
}

/** A path for a Unix socket, short enough for one. Its folder is removed when the test ends. */
export async function socketPath(t: Pick<Test, 'teardown'>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'switchyard-'))
  t.teardown(() => rm(folder, { recursive: true }))
  return join(folder, 'b1.sock')
}
