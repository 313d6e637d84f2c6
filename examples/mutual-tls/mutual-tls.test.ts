// The example as a process, a real Envoy with its certificate, and clients without it.

import { readFileSync } from 'node:fs'
import { ChannelCredentials } from '@grpc/grpc-js'
import t from 'tap'
import { freePort } from '../../processes/free-port.ts'
import { fetchText, startExample } from '../../test/support/example-process.ts'
import { startEnvoy } from '../../test/support/real-envoy.ts'
import { testFolder } from '../../test/support/test-folder.ts'
import { connectTo, DeltaClient, nodeOf } from '../../test/support/xds-client.ts'
import { XdsCertificates } from '../../testbed/xds-certificates.ts'
import { CLUSTER } from '../../xds-server/index.ts'

t.test('a node is served with its own certificate, and with no other', async (t) => {
  const folder = testFolder(t)
  const certificates = await XdsCertificates.create(folder)
  await certificates.issue([{ fleet: 'edge', node: 'edge-1' }])
  const { ca, certificate, key } = certificates.controlPlane
  const port = await freePort()
  const example = startExample(t, 'mutual-tls', ca, certificate, key, 'localhost:0', `${port}`)
  const [, xdsPort] = await example.untilLine(/^xDS over mutual TLS on localhost:(\d+)$/)
  const tls = certificates.of('edge-1')

  const envoy = await startEnvoy(t, `127.0.0.1:${xdsPort}`, 'delta', { cluster: 'edge', folder, tls })
  await example.untilLine(/^edge-1 ACKed \S+Listener$/)
  await envoy.admin.waitUntilLive()
  t.equal(await fetchText(`http://127.0.0.1:${port}/`), 'served over mutual TLS\n')

  const pair = [readFileSync(tls.key), readFileSync(tls.certificate)] as const
  const other = new DeltaClient(
    connectTo(t, `localhost:${xdsPort}`, ChannelCredentials.createSsl(readFileSync(ca), ...pair)),
  )
  other.send({ node: nodeOf('edge-2', 'edge'), typeUrl: CLUSTER })
  t.match(await other.raw.ended, { code: 7, details: /needs spiffe:.*\/node\/edge-2/ })
  await example.untilLine(/rejected: .*the certificate names spiffe:.*\/node\/edge-1/)

  const stranger = new DeltaClient(
    connectTo(t, `localhost:${xdsPort}`, ChannelCredentials.createSsl(readFileSync(ca))),
  )
  stranger.send({ node: nodeOf('edge-1', 'edge'), typeUrl: CLUSTER })
  t.match(await stranger.raw.ended, { code: 14 })
})
