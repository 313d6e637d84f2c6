// Which library a client is, as it says itself.

import type { MatrixClient } from './matrix-client.ts'
import { openWorld } from './world.ts'

/** Such as `grpc-go 1.85.0`. Starts the client's program once, which also builds it. */
export async function versionOf(client: MatrixClient): Promise<string> {
  const world = await openWorld(client, { isLong: false, isExpectedToFail: false })
  try {
    const program = await world.start({ target: 'ipv4:127.0.0.1:1', xds: ['127.0.0.1:1'] })
    return (await program.state()).grpc
  } finally {
    await world.close()
  }
}
