// A server's certificate, its key and its client CA, read from files that another program renews.

import { readFileSync } from 'node:fs'
import { createSecureContext } from 'node:tls'
import { isDeepStrictEqual } from 'node:util'
import { experimental, type ServerCredentials } from '@grpc/grpc-js'
import { SwitchyardError } from '../core/errors.ts'

export interface CertificatePaths {
  readonly certificate: string
  readonly key: string
  /** If present, clients must have a certificate signed by one of these authorities. */
  readonly clientCa?: string
}

interface Contents {
  readonly cert: Buffer
  readonly key: Buffer
  readonly ca?: Buffer
}

const INTERVAL_MS = 1_000

/**
 * Reads the files each second, and uses new contents once they are complete. While a new certificate has no matching key
 * yet, the previous pair stays in use. (grpc-js's own watcher closes connections until both files are there.)
 */
export class CertificateFiles implements experimental.CertificateProvider {
  readonly #paths: CertificatePaths
  readonly #identityListeners = new Set<experimental.IdentityCertificateUpdateListener>()
  readonly #caListeners = new Set<experimental.CaCertificateUpdateListener>()
  readonly #timer: NodeJS.Timeout
  #contents: Contents

  /** @throws SwitchyardError `invalid-argument` if a file is missing, or key and certificate do not match */
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
    // Despite the parameter names of grpc-js, the first provider gives the server's own certificate.
    return experimental.createCertificateProviderServerCredentials(this, ca, ca !== null)
  }

  addIdentityCertificateListener(listener: experimental.IdentityCertificateUpdateListener): void {
    this.#identityListeners.add(listener)
    this.#notify(listener, identityOf)
  }

  removeIdentityCertificateListener(listener: experimental.IdentityCertificateUpdateListener): void {
    this.#identityListeners.delete(listener)
  }

  addCaCertificateListener(listener: experimental.CaCertificateUpdateListener): void {
    this.#caListeners.add(listener)
    this.#notify(listener, caOf)
  }

  removeCaCertificateListener(listener: experimental.CaCertificateUpdateListener): void {
    this.#caListeners.delete(listener)
  }

  close(): void {
    clearInterval(this.#timer)
  }

  /** Notifies one tick later, because the credentials miss an update while they add their listener. */
  #notify<T>(listener: (update: T) => void, updateOf: (contents: Contents) => T): void {
    process.nextTick(() => listener(updateOf(this.#contents)))
  }

  #renew(): void {
    const before = this.#contents
    try {
      this.#contents = read(this.#paths)
    } catch {
      return // A renewal is half written. The next reading finds the rest.
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
