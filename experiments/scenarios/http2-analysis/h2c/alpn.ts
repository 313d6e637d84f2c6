// What a TLS server chooses by ALPN, and what it does with a client that offers nothing or something else.

import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { performServerHandshake } from 'node:http2'
import { join } from 'node:path'
import { connect, createServer } from 'node:tls'
import { EchoService } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import { credentials, status } from '@grpc/grpc-js'
import { splitAddress } from '../../../../core/host-and-port.ts'
import { createClient, RpcStatusError } from '../../../../services/rpc/index.ts'
import { answerOn, OPENING } from './probe.ts'

/** Paths of PEM files. */
export interface TlsFiles {
  readonly ca: string
  readonly certificate: string
  readonly key: string
}

/** @param folder that `writeCertificates` has written */
export function tlsFilesIn(folder: string): TlsFiles {
  const path = (name: string) => join(folder, 'secrets', name)
  return { ca: path('ca.pem'), certificate: path('echo.pem'), key: path('echo.key') }
}

export interface Negotiated {
  /** What the server chose: `h2`, `none`, or `refused`. */
  readonly chosen: string
  /** What follows when the client then speaks HTTP/2; of a refused client, the error of TLS. */
  readonly next: string
}

/** The error of OpenSSL for the alert by which a server says that it has none of the offered protocols: RFC 7301, section 3.2. */
const NO_APPLICATION_PROTOCOL = 'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL'

/** @param offered undefined: the client does not use ALPN */
export async function negotiate(
  address: string,
  { ca }: TlsFiles,
  offered: readonly string[] | undefined,
): Promise<Negotiated> {
  const { host = '', port = 0 } = splitAddress(address) ?? {}
  const socket = connect({
    ...{ host, port, ca: readFileSync(ca), servername: 'localhost' },
    ...(offered && { ALPNProtocols: [...offered] }),
  })
  let failure: string | undefined
  socket.on('error', ({ code, message }: NodeJS.ErrnoException) => {
    failure = code ?? message
  })
  try {
    // With TLS 1.3 the handshake of the client ends before the server's alert arrives.
    const answer = answerOn(socket, 'prior knowledge')
    socket.once('secureConnect', () => socket.write(OPENING['prior knowledge']))
    const { says } = await answer
    if (failure === NO_APPLICATION_PROTOCOL)
      return { chosen: 'refused', next: 'the alert no_application_protocol' }
    return {
      chosen: socket.alpnProtocol || 'none',
      next: failure === undefined ? says : `${says} (${failure})`,
    }
  } finally {
    socket.destroy()
  }
}

/**
 * A grpc-js client calls a server that speaks HTTP/2 over TLS but knows no ALPN.
 * @returns the status of the call: UNIMPLEMENTED is the answer of the server
 */
export async function callWithoutAlpn({ ca, certificate, key }: TlsFiles): Promise<string> {
  const server = createServer({ cert: readFileSync(certificate), key: readFileSync(key) }, (socket) => {
    const session = performServerHandshake(socket)
    session.on('error', () => {})
    session.on('stream', (stream) =>
      stream.respond(
        { ':status': 200, 'content-type': 'application/grpc', 'grpc-status': '12' },
        { endStream: true },
      ),
    )
  })
  server.on('tlsClientError', () => {})
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  const client = createClient(EchoService, `localhost:${port}`, {
    credentials: credentials.createSsl(readFileSync(ca)),
  })
  try {
    await client.unary({ message: 'hello' }, { deadline: new Date(Date.now() + 30_000) })
    return 'OK'
  } catch (thrown) {
    return status[RpcStatusError.from(thrown).code] ?? 'an unknown status'
  } finally {
    client.close()
    server.close()
  }
}
