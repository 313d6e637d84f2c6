// A proxy in Go in front of the service.

import type { Need } from '../../../../harness/scenario.ts'
import { hasGoProxy, INSTALL_GO_PROXY, startGoProxy } from '../../../../testbed/grpc-web/go-proxy.ts'
import { PAGE, serveByGrpc } from '../witness.ts'
import type { Way } from './way.ts'

export const NEEDS_GO_PROXY: Need = { name: 'grpcwebproxy', install: INSTALL_GO_PROXY, isThere: hasGoProxy }

export const goProxy: Way = {
  id: 'go-proxy',
  title: 'grpcwebproxy',
  row: 'O3.2',
  needs: [NEEDS_GO_PROXY],
  open: async ({ group, folder }, witness) => {
    const served = await serveByGrpc(witness)
    const proxy = await startGoProxy(group, folder, { backend: served.address, origin: PAGE })
    return {
      url: `http://${proxy.address}`,
      async close() {
        await proxy.stop()
        await served.close()
      },
    }
  },
}
