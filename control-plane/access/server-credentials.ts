// The xDS server's TLS from files: its certificate, and the CA that vouches for nodes.

import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createSecureContext } from 'node:tls'
import { ServerCredentials } from '@grpc/grpc-js'
import { SwitchyardError } from '../../core/errors.ts'

/** Paths of PEM files. */
export interface ServerTlsFiles {
  readonly certificate: string
  readonly key: string
  /** Who comes without a certificate of this CA's is turned away in the handshake. */
  readonly clientCa: string
}

/** @throws SwitchyardError `invalid-argument` where a file cannot be read, or where they do not fit together */
export async function readServerCredentials(files: ServerTlsFiles): Promise<ServerCredentials> {
  try {
    const [cert, key, ca] = await Promise.all([
      readFile(files.certificate),
      readFile(files.key),
      readFile(files.clientCa),
    ])
    // A CA without a certificate in it would be taken without a word.
    createSecureContext({ cert, key, ca: new X509Certificate(ca).toString() })
    return ServerCredentials.createSsl(ca, [{ cert_chain: cert, private_key: key }], true)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    const { certificate, key, clientCa } = files
    const message = `xDS cannot be served over TLS with ${certificate}, ${key} and ${clientCa}: ${reason}`
    throw new SwitchyardError('invalid-argument', message, { cause })
  }
}
