// One secret as its files are now: bytes to serve, or what is wrong with them.

import type { SecretFiles } from '../../switches/tls.ts'
import { checkAuthorities, checkCertificate, type InvalidField } from './check-certificate.ts'
import { checkRevocations, hasRevocations } from './check-revocations.ts'
import type { SecretBytes } from './secret-bytes.ts'
import type { SecretFileReader } from './secret-files.ts'

export interface ReadSecret {
  readonly bytes: SecretBytes
  /** When the first of its certificates expires, or a list of revoked ones. */
  readonly notAfter: Date
}

type Texts = { readonly [K in InvalidField['field']]?: string }

/** The secret's bytes, or each field that is invalid. */
export async function readSecret(
  read: SecretFileReader,
  files: SecretFiles,
  now: Date,
): Promise<ReadSecret | readonly InvalidField[]> {
  const invalid: InvalidField[] = []
  const texts: Record<string, string> = {}
  for (const [field, file] of Object.entries(files) as [InvalidField['field'], string][]) {
    const found = await read(file)
    if ('text' in found) texts[field] = found.text
    else invalid.push({ field, message: `${file} ${found.problem}` })
  }
  return invalid.length > 0 ? invalid : await check(texts, now)
}

async function check(
  { certificate, key, passphrase, ca, crl }: Texts,
  now: Date,
): Promise<ReadSecret | readonly InvalidField[]> {
  const invalid: InvalidField[] = []
  const ends: Date[] = []
  const bytes: { -readonly [K in keyof SecretBytes]: SecretBytes[K] } = {}
  if (certificate !== undefined && key !== undefined) {
    const opening = passphrase === undefined ? {} : { passphrase: passphrase.trim() }
    const checked = checkCertificate({ certificate, key, ...opening }, now)
    if ('chain' in checked) {
      bytes.certificate = { chain: checked.chain, key: checked.key }
      ends.push(checked.notAfter)
    } else invalid.push(...checked)
  }
  if (ca !== undefined) {
    const checked = checkAuthorities(ca, now)
    if ('ca' in checked) {
      bytes.ca = checked.ca
      ends.push(checked.notAfter)
    } else invalid.push(checked)
    if (crl === undefined && hasRevocations(ca)) {
      const message =
        'has a list of revoked certificates too, which is not taken from here; name the file in the field crl as well'
      invalid.push({ field: 'ca', message })
    }
  }
  if (bytes.ca !== undefined && crl !== undefined) {
    const checked = await checkRevocations(crl, bytes.ca, now)
    if ('crl' in checked) {
      bytes.crl = checked.crl
      ends.push(checked.notAfter)
    } else invalid.push(...checked)
  }
  if (invalid.length > 0) return invalid
  return { bytes, notAfter: new Date(Math.min(...ends.map((end) => end.getTime()))) }
}
