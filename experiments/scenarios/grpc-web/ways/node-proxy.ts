// A proxy from npm in front of the service.

import { startNodeProxy } from '../../../../testbed/grpc-web/node-proxy.ts'
import { PAGE, serveByGrpc } from '../witness.ts'
import type { Way } from './way.ts'

export const nodeProxy: Way = {
  id: 'node-proxy',
  title: '@grpc-web/proxy',
  row: 'O3.2',
  open: async ({ group, folder }, witness) => {
    const served = await serveByGrpc(witness)
    const proxy = await startNodeProxy(group, folder, { backend: served.address, origin: PAGE })
    return {
      url: `http://${proxy.address}`,
      async close() {
        await proxy.stop()
        await served.close()
      },
    }
  },
}
