// Capture files as tshark reads them: valid packets, and the same frames as our decoder's.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { EchoService } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import t, { type Test } from 'tap'
import { splitAddress } from '../../core/host-and-port.ts'
import { echoService } from '../../services/echo.ts'
import { createClient } from '../../services/rpc/index.ts'
import { collect, serveEcho } from '../../test/support/echo-pair.ts'
import { requireTool } from '../../test/support/requirements.ts'
import { testFolder } from '../../test/support/test-folder.ts'
import { factsOf } from './frame-facts.ts'
import { captureFile } from './pcapng.ts'
import { startTap, type TappedConnection } from './tap.ts'
import { framesByTshark, tshark } from './tshark.ts'

/** Two connections with large answers, which take several packets a frame. */
async function recorded(t: Test, listen: string): Promise<readonly TappedConnection[]> {
  const tap = await startTap({
    to: await serveEcho(t, echoService('b1')),
    listen,
  })
  for (const count of [1, 4]) {
    const client = createClient(EchoService, tap.address, {
      options: { 'grpc.use_local_subchannel_pool': 1 },
    })
    await collect(client.serverStream({ message: 'x', count, payloadSize: 100_000 }))
    client.close()
  }
  await tap.stop()
  return tap.connections()
}

for (const [family, listen] of [
  ['IPv4', '127.0.0.1:0'],
  ['IPv6', '[::1]:0'],
] as const) {
  t.test(
    `O2.9: tshark finds the same frames in a capture over ${family}, and no packet that is odd`,
    async (t) => {
      if (!requireTool(t, 'tshark')) return
      const connections = await recorded(t, listen)
      const file = join(testFolder(t), 'calls.pcapng')
      writeFileSync(file, captureFile(connections))
      t.strictSame(await framesByTshark(file), factsOf(connections))
      t.strictSame(
        await tshark([
          '-r',
          file,
          '-o',
          'tcp.check_checksum:TRUE',
          '-Y',
          'tcp.analysis.flags || tcp.checksum.status == 0',
        ]),
        [],
      )
      const [first] = await tshark(['-r', file, '-c', '1', '-T', 'fields', '-e', 'tcp.dstport'])
      t.equal(Number(first), splitAddress(connections[0]?.tap ?? '')?.port)
    },
  )
}
