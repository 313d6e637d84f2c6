// A server's certificate, its key and the authorities of its clients, from files that something else renews.

import { readFileSync } from 'node:fs'
import { createSecureContext } from 'node:tls'
import { isDeepStrictEqual } from 'node:util'
import { experimental, type ServerCredentials } from '@grpc/grpc-js'
import { SwitchyardError } from '../core/errors.ts'

export interface CertificatePaths {
  readonly certificate: string
  readonly key: string
  /** Where it is given, clients must show a certificate of one of these authorities. */
  readonly clientCa?: string
}

interface Contents {
  readonly cert: Buffer
  readonly key: Buffer
  readonly ca?: Buffer
}

const INTERVAL_MS = 1_000

/**
 * Reads the files each second, and takes what they hold once it is whole: a certificate whose key is not written yet leaves
 * the one before in force, where grpc-js's own watcher would turn connections away until both are there.
 */
export class CertificateFiles implements experimental.CertificateProvider {
  readonly #paths: CertificatePaths
  readonly #identityListeners = new Set<experimental.IdentityCertificateUpdateListener>()
  readonly #caListeners = new Set<experimental.CaCertificateUpdateListener>()
  readonly #timer: NodeJS.Timeout
  #contents: Contents

  /** @throws SwitchyardError `invalid-argument` where the files are not there, or do not fit each other */
  constructor(paths: CertificatePaths, intervalMs = INTERVAL_MS) {
    this.#paths = paths
    try {
      this.#contents = read(paths)
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      throw new SwitchyardError('invalid-argument', `cannot serve TLS with these files: ${reason}`, {
        cause: error,
      })
    }
    this.#timer = setInterval(() => this.#renew(), intervalMs).unref()
  }

  credentials(): ServerCredentials {
    const ca = this.#paths.clientCa === undefined ? null : this
    // Whatever the names of its parameters say, the first one is asked for the server's own certificate.
    return experimental.createCertificateProviderServerCredentials(this, ca, ca !== null)
  }

  addIdentityCertificateListener(listener: experimental.IdentityCertificateUpdateListener): void {
    this.#identityListeners.add(listener)
    this.#tell(listener, identityOf)
  }

  removeIdentityCertificateListener(listener: experimental.IdentityCertificateUpdateListener): void {
    this.#identityListeners.delete(listener)
  }

  addCaCertificateListener(listener: experimental.CaCertificateUpdateListener): void {
    this.#caListeners.add(listener)
    this.#tell(listener, caOf)
  }

  removeCaCertificateListener(listener: experimental.CaCertificateUpdateListener): void {
    this.#caListeners.delete(listener)
  }

  close(): void {
    clearInterval(this.#timer)
  }

  /** A tick later: the credentials hear of nothing before they have added their listener. */
  #tell<T>(listener: (update: T) => void, updateOf: (contents: Contents) => T): void {
    process.nextTick(() => listener(updateOf(this.#contents)))
  }

  #renew(): void {
    const before = this.#contents
    try {
      this.#contents = read(this.#paths)
    } catch {
      return // Half of a renewal: the rest of it is there at the next look.
    }
    if (isDeepStrictEqual(before, this.#contents)) return
    for (const listener of this.#caListeners) listener(caOf(this.#contents))
    for (const listener of this.#identityListeners) listener(identityOf(this.#contents))
  }
}

function read({ certificate, key, clientCa }: CertificatePaths): Contents {
  const contents = {
    cert: readFileSync(certificate),
    key: readFileSync(key),
    ...(clientCa === undefined ? {} : { ca: readFileSync(clientCa) }),
  }
  createSecureContext(contents)
  return contents
}

function identityOf({ cert, key }: Contents): experimental.IdentityCertificateUpdate {
  return { certificate: cert, privateKey: key }
}

function caOf({ ca }: Contents): experimental.CaCertificateUpdate | null {
  return ca === undefined ? null : { caCertificate: ca }
}
