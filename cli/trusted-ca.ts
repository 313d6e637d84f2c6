// The CA that a verb trusts for REST over TLS, if the system does not.

import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { setDefaultCACertificates } from 'node:tls'
import { SwitchyardError } from '../core/errors.ts'

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g

let isChosen = false

/**
 * From now on HTTPS of this process trusts the CAs of the file and no others. `fetch` has no option for that. Without a file it is
 * the one in `YARD_ADMIN_CA`, unless one was given before.
 * @throws SwitchyardError `invalid-argument` without a certificate in the file
 */
export async function trustAdminCa(file?: string): Promise<void> {
  const [path, source] = file ? [file, '--admin-ca'] : [process.env.YARD_ADMIN_CA, 'YARD_ADMIN_CA']
  if (!path || isChosen) return
  setDefaultCACertificates(await readCertificates(path, source))
  isChosen = true
}

async function readCertificates(path: string, source: string): Promise<readonly string[]> {
  try {
    const certificates = (await readFile(path, 'utf8')).match(CERTIFICATE) ?? []
    if (certificates.length === 0) throw new Error(`${path} has no certificate in PEM`)
    for (const certificate of certificates) new X509Certificate(certificate)
    return certificates
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new SwitchyardError('invalid-argument', `${source} needs a file with the CA: ${reason}`, { cause })
  }
}
