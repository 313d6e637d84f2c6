// Without a proxy: the server of connect speaks gRPC-Web itself.

import { serveByConnect } from '../witness.ts'
import type { Way } from './way.ts'

export const connect: Way = {
  id: 'connect',
  title: "connect's own server",
  row: 'O3.2',
  open: async (_context, witness) => {
    const { address, close } = await serveByConnect(witness)
    return { url: `http://${address}`, close }
  },
}
