// Ends TLS before a grpc-js server: with a deadline for the handshake, and without sessions where certificates are verified.

import { constants } from 'node:crypto'
import type { Socket } from 'node:net'
import { createServer, type SecureContextOptions, type Server, type TLSSocket } from 'node:tls'
import { boundHandshakes, handshakeOptions } from '../core/bounded-handshakes.ts'
import type { CertificateContents, CertificateFiles } from './certificate-files.ts'

/** @param onSecure is called with each connection whose handshake has succeeded */
export class TlsServer {
  readonly #server: Server

  constructor(
    files: Pick<CertificateFiles, 'contents' | 'onRenewal'>,
    handshakeMs: number,
    onSecure: (socket: TLSSocket) => void,
  ) {
    const asksForCertificate = files.contents.ca !== undefined
    this.#server = createServer({
      ...contextOf(files.contents),
      ALPNProtocols: ['h2'],
      requestCert: asksForCertificate,
      rejectUnauthorized: asksForCertificate,
      ...handshakeOptions(handshakeMs),
    })
    this.#server.on('secureConnection', onSecure)
    boundHandshakes(this.#server, handshakeMs)
    files.onRenewal((contents) => this.#server.setSecureContext(contextOf(contents)))
  }

  /** Begins the handshake on a connection. */
  accept(socket: Socket): void {
    this.#server.emit('connection', socket)
  }
}

/** Node does not verify the certificate of a resumed session again, so a certificate that has expired since would pass. */
function contextOf(contents: CertificateContents): SecureContextOptions {
  return { ...contents, ...(contents.ca && { secureOptions: constants.SSL_OP_NO_TICKET }) }
}
