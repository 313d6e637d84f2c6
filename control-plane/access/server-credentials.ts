// The xDS server's TLS credentials from files, which may change: its certificate, and the CA of the nodes' certificates.

import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createSecureContext } from 'node:tls'
import { experimental, type ServerCredentials } from '@grpc/grpc-js'
import { SwitchyardError } from '../../core/errors.ts'

/** Paths of PEM files. */
export interface ServerTlsFiles {
  readonly certificate: string
  readonly key: string
  /** The handshake fails for clients without a certificate of this CA. */
  readonly clientCa: string
}

export interface ServerIdentity {
  readonly credentials: ServerCredentials
  /**
   * Reads the files again. New connections get what they say now; connections that are open stay.
   * @throws SwitchyardError `invalid-argument` if they do not fit together. Then the old ones stay in force.
   */
  readonly reload: () => Promise<void>
}

/** @throws SwitchyardError `invalid-argument` if a file cannot be read, or if the key does not match the certificate */
export async function openServerIdentity(files: ServerTlsFiles): Promise<ServerIdentity> {
  const provider = new FileProvider(await readIdentity(files))
  return {
    credentials: experimental.createCertificateProviderServerCredentials(provider, provider, true),
    reload: async () => provider.update(await readIdentity(files)),
  }
}

interface Identity extends experimental.IdentityCertificateUpdate, experimental.CaCertificateUpdate {}

async function readIdentity(files: ServerTlsFiles): Promise<Identity> {
  try {
    const [cert, key, ca] = await Promise.all([
      readFile(files.certificate),
      readFile(files.key),
      readFile(files.clientCa),
    ])
    // Node accepts a CA file without a certificate in it, and reports nothing.
    createSecureContext({ cert, key, ca: new X509Certificate(ca).toString() })
    return { certificate: cert, privateKey: key, caCertificate: ca }
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    const { certificate, key, clientCa } = files
    const message = `xDS cannot be served over TLS with ${certificate}, ${key} and ${clientCa}: ${reason}`
    throw new SwitchyardError('invalid-argument', message, { cause })
  }
}

/** What gRPC asks for certificates. It tells each listener at once what is in force. */
class FileProvider implements experimental.CertificateProvider {
  #identity: Identity
  readonly #caListeners = new Set<experimental.CaCertificateUpdateListener>()
  readonly #identityListeners = new Set<experimental.IdentityCertificateUpdateListener>()

  constructor(identity: Identity) {
    this.#identity = identity
  }

  update(identity: Identity): void {
    this.#identity = identity
    for (const listener of this.#caListeners) listener(identity)
    for (const listener of this.#identityListeners) listener(identity)
  }

  addCaCertificateListener(listener: experimental.CaCertificateUpdateListener): void {
    this.#caListeners.add(listener)
    listener(this.#identity)
  }

  removeCaCertificateListener(listener: experimental.CaCertificateUpdateListener): void {
    this.#caListeners.delete(listener)
  }

  addIdentityCertificateListener(listener: experimental.IdentityCertificateUpdateListener): void {
    this.#identityListeners.add(listener)
    listener(this.#identity)
  }

  removeIdentityCertificateListener(listener: experimental.IdentityCertificateUpdateListener): void {
    this.#identityListeners.delete(listener)
  }
}
