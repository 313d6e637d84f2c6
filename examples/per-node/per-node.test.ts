// The example as a process, and two real Envoys.

import t from 'tap'
import { nodeAddress } from '../../envoy-bootstrap/node-address.ts'
import type { RunningEnvoy } from '../../envoy-bootstrap/run-envoy.ts'
import { freePort } from '../../processes/free-port.ts'
import { fetchText, startExample } from '../../test/support/example-process.ts'
import { startEnvoy } from '../../test/support/real-envoy.ts'
import { testFolder } from '../../test/support/test-folder.ts'

t.test('each Envoy is served content of its own, for as long as it is connected', async (t) => {
  const port = await freePort()
  const example = startExample(t, 'per-node', '127.0.0.1:0', `${port}`)
  const [, address = ''] = await example.untilLine(/^xDS on (\S+)$/)
  const folder = testFolder(t)
  const envoys: RunningEnvoy[] = []
  for (const [index, nodeId] of ['first', 'second'].entries()) {
    const listenerAddress = nodeAddress(index)
    const envoy = await startEnvoy(t, address, 'delta', { nodeId, listenerAddress, folder })
    await envoy.admin.waitUntilLive()
    t.equal(await fetchText(`http://${listenerAddress}:${port}/`), `${nodeId} in no zone\n`)
    envoys.push(envoy)
  }
  for (const { nodeId, stop } of envoys) {
    await stop()
    t.ok(await example.untilLine(new RegExp(`^${nodeId} has left$`)))
  }
})
