// Makes Chromium trust the development certificate of a testbed, and no other.

import { createHash, X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'

/** A flag of Chromium: certificates with this public key need no authority. @param certificateFile in PEM */
export async function trustFlag(certificateFile: string): Promise<string> {
  const { publicKey } = new X509Certificate(await readFile(certificateFile))
  const key = publicKey.export({ type: 'spki', format: 'der' })
  const hash = createHash('sha256').update(key).digest('base64')
  return `--ignore-certificate-errors-spki-list=${hash}`
}
