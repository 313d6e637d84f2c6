// P27: mutual TLS to the control plane.

import { join } from 'node:path'
import { XdsCertificates } from '../../../testbed/xds-certificates.ts'
import { answeredBy, describeCounts, untilAnswers } from '../answers.ts'
import { documentOf, FLEET } from '../document.ts'
import type { Row } from '../row.ts'
import { openServed } from '../served.ts'

const NODE = 'tls-1'

const mutualTls: Row = {
  row: 'P27',
  title: 'gets its configuration over mutual TLS, as the node of its certificate',
  async run(world) {
    const certificates = await XdsCertificates.create(join(world.folder, 'identities'))
    await certificates.issue([{ fleet: FLEET, node: NODE }])
    const { certificate, key, ca } = certificates.controlPlane
    const document = documentOf(world.client, {
      upstreams: { echo: { endpoints: await world.endpoints('b1') } },
    })
    const control = await openServed(document, { xdsTls: { certificate, key, clientCa: ca } })
    world.teardown(() => control.close())
    const own = certificates.of(NODE)
    const xdsServer = {
      server_uri: control.xdsAddress,
      channel_creds: [
        {
          type: 'tls',
          config: {
            ca_certificate_file: own.ca,
            certificate_file: own.certificate,
            private_key_file: own.key,
          },
        },
      ],
      server_features: ['xds_v3'],
    }
    const start = (nodeId: string, bootstrap: object) =>
      world.start({ xds: [control.xdsAddress], nodeId, bootstrap })
    const program = await start(NODE, { xds_servers: [xdsServer] })
    await untilAnswers(world, program, 'b1 answers', { calls: 5, deadlineMs: 5_000 }, (result) =>
      answeredBy(result, 'b1'),
    )
    // The twins: a client in plaintext, and one with a certificate that names another node.
    for (const [nodeId, bootstrap] of [
      ['plaintext-1', {}],
      ['tls-2', { xds_servers: [xdsServer] }],
    ] as const) {
      const stranger = await start(nodeId, bootstrap)
      const { codes } = await stranger.calls(1, { deadlineMs: 3_000 })
      if (codes.OK !== undefined) throw new Error(`${nodeId} got its configuration`)
      world.measured(`${nodeId}: ${describeCounts(codes)}`)
    }
  },
  notSupported: {
    java: {
      source: 'io.grpc:grpc-xds 1.85.0: TlsXdsCredentialsProvider',
      says: 'return TlsChannelCredentials.create();',
    },
    node: {
      source: '@grpc/grpc-js-xds 1.14.1: src/xds-bootstrap.ts',
      says: "const SUPPORTED_CHANNEL_CREDS_TYPES = ['google_default', 'insecure'];",
    },
  },
}

export const CONTROL_PLANE_TLS: readonly Row[] = [mutualTls]
