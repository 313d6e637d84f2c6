// TLS clients, each with its own connection, and the subjects of the certificates that tests issue.

import { connect as connectTls } from 'node:tls'
import { EchoService } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import { credentials } from '@grpc/grpc-js'
import { createClient, type RpcClient } from '../../services/rpc/index.ts'
import type { Issued, Subject } from '../../testbed/certificates/authority.ts'

export const EDGE: Subject = {
  name: 'edge',
  uris: ['spiffe://switchyard/edge'],
  dns: ['localhost'],
  ips: ['127.0.0.1'],
}
export const CLIENT: Subject = { name: 'client', uris: ['spiffe://switchyard/client'] }
export const ECHO: Subject = { name: 'echo', uris: ['spiffe://switchyard/echo'], dns: ['localhost'] }

export interface Identity {
  /** The CAs that the client trusts, in PEM. */
  readonly ca: string
  readonly issued?: Issued
}

/** A client with its own connection. Without an identity it uses plaintext. */
export function connectAs(address: string, identity?: Identity): RpcClient<typeof EchoService> {
  const options = { 'grpc.use_local_subchannel_pool': 1, 'grpc.ssl_target_name_override': 'localhost' }
  if (identity === undefined) return createClient(EchoService, address, { options })
  const [ca, key, certificate] = [identity.ca, identity.issued?.key, identity.issued?.certificate].map(
    (pem) => (pem === undefined ? null : Buffer.from(pem)),
  )
  return createClient(EchoService, address, {
    credentials: credentials.createSsl(ca, key, certificate),
    options,
  })
}

/** The status of one call on a new connection; 0 if it succeeds. */
export async function callAs(address: string, identity?: Identity): Promise<number> {
  const client = connectAs(address, identity)
  try {
    await client.unary({ message: 'who?' }, { deadline: new Date(Date.now() + 10_000) })
    return 0
  } catch (error) {
    return (error as { readonly code: number }).code
  } finally {
    client.close()
  }
}

/** The serial number in hexadecimal of the certificate that the server presents to new connections. */
export function serialShown(address: string, { ca, issued }: Identity): Promise<string> {
  const [host, port] = address.split(':')
  return new Promise((resolve, reject) => {
    const own = issued === undefined ? {} : { cert: issued.certificate, key: issued.key }
    const socket = connectTls({
      host,
      port: Number(port),
      ca,
      ...own,
      servername: 'localhost',
      ALPNProtocols: ['h2'],
    })
    socket.once('error', reject)
    socket.once('secureConnect', () => {
      const { serialNumber } = socket.getPeerCertificate()
      socket.destroy()
      resolve(serialNumber)
    })
  })
}
