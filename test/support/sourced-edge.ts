// A control plane and a real Envoy whose only upstream, `echo`, takes endpoints from a source.

import type { Test } from 'tap'
import { RestClient } from '../../api/client.ts'
import { type ControlPlaneOptions, startControlPlane } from '../../control-plane/control-plane.ts'
import { freePort } from '../../processes/free-port.ts'
import { connectEcho } from './edge.ts'
import { startEnvoy } from './real-envoy.ts'
import { sourcedConfig } from './sourced-config.ts'

/** @param options further options of the control plane */
export async function startSourced(t: Test, upstream: object, options: Partial<ControlPlaneOptions> = {}) {
  const [port, xdsPort] = [await freePort(), await freePort()]
  const config = sourcedConfig(port, upstream)
  // Not port 0: while the control plane restarts, the kernel could give its port to somebody else.
  const xds = `127.0.0.1:${xdsPort}`
  const start = () => startControlPlane({ config, admin: '127.0.0.1:0', xds, ...options })
  const first = await start()
  t.teardown(first.close)
  const envoy = await startEnvoy(t, first.xdsAddress, 'delta')
  await envoy.admin.waitUntilLive()
  /** Ends the control plane, and starts it again at the same address of xDS. */
  const restart = async () => {
    await first.close()
    const again = await start()
    t.teardown(again.close)
    return new RestClient({ url: again.adminUrl })
  }
  return {
    rest: new RestClient({ url: first.adminUrl }),
    client: connectEcho(t, `127.0.0.1:${port}`),
    restart,
  }
}
