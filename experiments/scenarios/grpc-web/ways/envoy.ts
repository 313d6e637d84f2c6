// Envoy with its filters for gRPC-Web and CORS, turned on over REST.

import { sendTo, webEdge } from '../web-edge.ts'
import { serveByGrpc } from '../witness.ts'
import type { Way } from './way.ts'

export const envoy: Way = {
  id: 'envoy',
  title: "Envoy's filter",
  row: 'O3.1',
  open: async (context, witness) => {
    const edge = await webEdge(context)
    const served = await serveByGrpc(witness)
    const restore = await sendTo(edge, served.address)
    return {
      url: `http://${edge.node.target}`,
      async close() {
        await restore()
        await served.close()
      },
    }
  },
}
