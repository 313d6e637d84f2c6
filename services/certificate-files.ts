// A server's certificate, its key and its client CA, read from files that another program renews.

import { readFileSync } from 'node:fs'
import { createSecureContext } from 'node:tls'
import { isDeepStrictEqual } from 'node:util'
import { SwitchyardError } from '../core/errors.ts'

export interface CertificatePaths {
  readonly certificate: string
  readonly key: string
  /** If present, clients must have a certificate signed by one of these authorities. */
  readonly clientCa?: string
}

/** In PEM, as Node's TLS takes them. */
export interface CertificateContents {
  readonly cert: Buffer
  readonly key: Buffer
  readonly ca?: Buffer
}

const INTERVAL_MS = 1_000

/**
 * Reads the files each second, and uses new contents once they are complete. While a new certificate has no matching key
 * yet, the previous pair stays in use.
 */
export class CertificateFiles {
  readonly #paths: CertificatePaths
  readonly #listeners = new Set<(contents: CertificateContents) => void>()
  readonly #timer: NodeJS.Timeout
  #contents: CertificateContents

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

  get contents(): CertificateContents {
    return this.#contents
  }

  /** Calls `listener` with each later contents. */
  onRenewal(listener: (contents: CertificateContents) => void): void {
    this.#listeners.add(listener)
  }

  close(): void {
    clearInterval(this.#timer)
  }

  #renew(): void {
    const before = this.#contents
    try {
      this.#contents = read(this.#paths)
    } catch {
      return // A renewal is half written. The next reading finds the rest.
    }
    if (isDeepStrictEqual(before, this.#contents)) return
    for (const listener of this.#listeners) listener(this.#contents)
  }
}

function read({ certificate, key, clientCa }: CertificatePaths): CertificateContents {
  const contents = {
    cert: readFileSync(certificate),
    key: readFileSync(key),
    ...(clientCa === undefined ? {} : { ca: readFileSync(clientCa) }),
  }
  createSecureContext(contents)
  return contents
}
