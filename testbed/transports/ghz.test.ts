// ghz runs on the client's side of a transport, as the loader does.

import { dirname } from 'node:path'
import t from 'tap'
import { ProcessGroup } from '../../processes/process-group.ts'
import { socketPath } from '../../test/support/open-backend.ts'
import { requireTool } from '../../test/support/requirements.ts'
import { startBackend } from '../backend.ts'
import { runGhz } from '../ghz/run-ghz.ts'
import { LOOPBACK } from './local/loopback.ts'
import { UDS } from './local/uds.ts'

for (const transport of [UDS, LOOPBACK]) {
  t.test(`O8: ghz calls over ${transport.title} from the client's side`, async (t) => {
    if (!requireTool(t, 'go')) return
    const group = new ProcessGroup()
    t.teardown(() => group.stop())
    const folder = dirname(await socketPath(t))
    const laid = await transport.lay(group, folder)
    const backend = await startBackend(laid.server, folder, { id: 'b1', listen: laid.listen() })
    const { codes } = await runGhz(
      laid.client,
      {
        ...{ target: await laid.target(backend.address), connections: 1, warmUpSeconds: 0, seconds: 1 },
        ...{ loop: { kind: 'closed', concurrency: 1 }, calls: { kind: 'unary' } },
      },
      { folder },
    )
    t.ok((codes.OK ?? 0) > 0, 'calls are answered')
  })
}
