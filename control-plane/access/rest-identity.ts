// The certificate of REST, from files that may change.

import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createSecureContext } from 'node:tls'
import { SwitchyardError } from '../../core/errors.ts'

/** Paths of PEM files. */
export interface RestTlsFiles {
  /** The certificate, and those of its issuers up to the CA that clients trust. */
  readonly certificate: string
  readonly key: string
}

/** Options of `tls.createServer` and of `setSecureContext`, which forgets all that it is not given again. */
interface RestContext {
  readonly cert: Buffer
  readonly key: Buffer
  readonly minVersion: 'TLSv1.2'
}

export class RestIdentity {
  readonly #files: RestTlsFiles
  #context: RestContext
  #certificate: X509Certificate
  #onChange: (context: RestContext) => void = () => {}

  private constructor(files: RestTlsFiles, context: RestContext) {
    this.#files = files
    this.#context = context
    this.#certificate = new X509Certificate(context.cert)
  }

  /** @throws SwitchyardError `invalid-argument` if a file cannot be read, the key does not match, or the certificate has ended */
  static async open(files: RestTlsFiles): Promise<RestIdentity> {
    return new RestIdentity(files, await readContext(files))
  }

  /** What is in force. */
  get context(): RestContext {
    return this.#context
  }

  /** Calls `listener` with each renewal. */
  onChange(listener: (context: RestContext) => void): void {
    this.#onChange = listener
  }

  /**
   * Reads the files again. New connections get what they have now; open ones stay.
   * @throws SwitchyardError `invalid-argument` as `open` does. Then the old ones stay in force.
   */
  async reload(): Promise<void> {
    const context = await readContext(this.#files)
    this.#certificate = new X509Certificate(context.cert)
    this.#context = context
    this.#onChange(context)
  }

  /** Whether the certificate in force is for this host name, by its subject alternative names. */
  isFor(name: string): boolean {
    return this.#certificate.checkHost(name, { subject: 'never' }) !== undefined
  }
}

async function readContext({ certificate, key: keyFile }: RestTlsFiles): Promise<RestContext> {
  try {
    const [cert, key] = await Promise.all([readFile(certificate), readFile(keyFile)])
    createSecureContext({ cert, key })
    const { validTo, validToDate } = new X509Certificate(cert)
    if (validToDate.getTime() < Date.now())
      throw new Error(`the certificate has ended at ${validTo}: renew it`)
    return { cert, key, minVersion: 'TLSv1.2' }
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    const message = `REST cannot be served over TLS with ${certificate} and ${keyFile}: ${reason}`
    throw new SwitchyardError('invalid-argument', message, { cause })
  }
}
