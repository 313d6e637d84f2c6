// The example servers as processes: on their own, and configured by the library's xDS server.

import t from 'tap'
import { freePort } from '../processes/free-port.ts'
import { bootstrapOf, requireLanguage, startClient, startServer } from '../test/support/grpc-client.ts'
import { grpcServerListener } from '../test/support/resources.ts'
import { SnapshotCache, startXdsServer } from '../xds-server/index.ts'
import type { GrpcLanguage } from './grpc-programs/grpc-program.ts'

const LANGUAGES: readonly GrpcLanguage[] = ['node', 'python', 'go', 'java']
/** grpc-java asks for a listener on any address, whatever address it serves. */
const listenerAddressOf = (language: GrpcLanguage) => (language === 'java' ? '0.0.0.0' : '127.0.0.1')
const METHODS = ['Unary', 'ServerStream', 'ClientStream', 'Bidirectional'] as const

for (const language of LANGUAGES) {
  t.test(`${language}: a server answers every method with its name`, async (t) => {
    if (!requireLanguage(t, language)) return
    const server = await startServer(t, { language, name: 's1' })
    const client = await startClient(t, { language: 'node', target: `dns:///${server.listening}` })
    for (const method of METHODS) {
      t.match(await client.calls(5, { method, payloadBytes: 100 }), { backends: { s1: 5 } }, method)
    }
    await server.stop()
    t.match(await client.calls(1), { codes: { UNAVAILABLE: 1 } })
  })

  t.test(`P26: ${language}: an xDS server serves once the control plane has its listener`, async (t) => {
    if (!requireLanguage(t, language)) return
    const port = await freePort()
    const cache = new SnapshotCache({ consistency: 'enforce' })
    cache.setSnapshot('servers', [])
    const control = await startXdsServer({ cache, address: '127.0.0.1:0' })
    t.teardown(() => control.close())
    const asksForIt = new Promise<void>((resolve) => {
      cache.onEvent(() => {
        const [node] = cache.status('servers')
        if (Object.values(node?.types ?? {}).some(({ missing }) => missing?.names[0]?.includes(`:${port}`))) {
          resolve()
        }
      })
    })

    const starting = startServer(t, {
      language,
      name: 's1',
      listen: `127.0.0.1:${port}`,
      xds: true,
      bootstrap: bootstrapOf(control.address, 'servers-1', 'servers'),
    })
    const client = await startClient(t, { language: 'node', target: `ipv4:127.0.0.1:${port}` })
    await asksForIt
    t.match(await client.calls(1), { codes: { UNAVAILABLE: 1 } }, 'nothing serves without a listener')
    cache.setSnapshot('servers', [grpcServerListener(listenerAddressOf(language), port)])
    const server = await starting
    t.equal(server.listening, `127.0.0.1:${port}`)
    t.match(await client.calls(5, { waitForReady: true, deadlineMs: 60_000 }), { backends: { s1: 5 } })
  })
}
