// The xDS server's TLS credentials from files: its certificate, and the CA of the nodes' certificates.

import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createSecureContext } from 'node:tls'
import { ServerCredentials } from '@grpc/grpc-js'
import { SwitchyardError } from '../../core/errors.ts'

/** Paths of PEM files. */
export interface ServerTlsFiles {
  readonly certificate: string
  readonly key: string
  /** The handshake fails for clients without a certificate of this CA. */
  readonly clientCa: string
}

/** @throws SwitchyardError `invalid-argument` if a file cannot be read, or if the key does not match the certificate */
export async function readServerCredentials(files: ServerTlsFiles): Promise<ServerCredentials> {
  try {
    const [cert, key, ca] = await Promise.all([
      readFile(files.certificate),
      readFile(files.key),
      readFile(files.clientCa),
    ])
    // Node accepts a CA file without a certificate in it, and reports nothing.
    createSecureContext({ cert, key, ca: new X509Certificate(ca).toString() })
    return ServerCredentials.createSsl(ca, [{ cert_chain: cert, private_key: key }], true)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    const { certificate, key, clientCa } = files
    const message = `xDS cannot be served over TLS with ${certificate}, ${key} and ${clientCa}: ${reason}`
    throw new SwitchyardError('invalid-argument', message, { cause })
  }
}
