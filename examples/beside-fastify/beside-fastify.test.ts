// The example as a process, changed over REST, and a real Envoy that follows.

import t from 'tap'
import { freePort } from '../../processes/free-port.ts'
import { fetchText, startExample, startHttpBackend } from '../../test/support/example-process.ts'
import { startEnvoy } from '../../test/support/real-envoy.ts'

t.test('REST changes the endpoints, and answers when the Envoy has ACKed them', async (t) => {
  const port = await freePort()
  const example = startExample(t, 'beside-fastify', '127.0.0.1:0', '0', `${port}`)
  const [, address = '', rest = ''] = await example.untilLine(/^xDS on (\S+), REST on (\S+)$/)
  const putEndpoints = async (...ports: number[]) => {
    const headers = { 'content-type': 'application/json' }
    return await fetch(`${rest}/endpoints`, { method: 'PUT', headers, body: JSON.stringify(ports) })
  }
  t.equal((await putEndpoints()).status, 202, 'no node is connected')
  t.equal((await putEndpoints(0)).status, 400, 'not a port')

  const envoy = await startEnvoy(t, address, 'delta', { cluster: 'edge' })
  await envoy.admin.waitUntilLive()
  for (const name of ['one', 'two']) {
    const answer = await putEndpoints(await startHttpBackend(t, name))
    t.equal(answer.status, 200)
    t.strictSame(await answer.json(), { outcome: 'synced', nodes: [{ id: 'edge-1', state: 'SYNCED' }] })
    t.equal(await fetchText(`http://127.0.0.1:${port}/`), name)
  }
  t.match(await fetchText(`${rest}/status`), /"state":"SYNCED"/)
})
