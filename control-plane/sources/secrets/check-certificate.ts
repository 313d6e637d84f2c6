// What makes a certificate, its key or an authority unfit to be served: pure, in sentences, and never with key material in them.

import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'

/** The texts of a secret's files. */
export interface CertificateTexts {
  readonly certificate: string
  readonly key: string
  readonly passphrase?: string
}

/** The fields of the secret that a sentence is about. */
export interface Unfit {
  readonly field: 'certificate' | 'key' | 'passphrase' | 'ca'
  readonly message: string
}

export interface CheckedCertificate {
  readonly chain: string
  /** PEM, PKCS #8, without a passphrase. */
  readonly key: string
  readonly notAfter: Date
}

/** The certificate and its key as Envoy takes them, or all that keeps them from being served. */
export function checkCertificate(
  { certificate, key, passphrase }: CertificateTexts,
  now: Date,
): CheckedCertificate | readonly Unfit[] {
  const chain = readCertificates(certificate)
  const opened = openKey(key, passphrase)
  const unfit: Unfit[] = []
  if (typeof chain === 'string') unfit.push({ field: 'certificate', message: chain })
  if ('message' in opened) unfit.push(opened)
  if (typeof chain === 'string' || 'message' in opened) return unfit
  const [leaf] = chain
  for (const one of chain) {
    const late = describeValidity(one, now)
    if (late !== undefined) unfit.push({ field: 'certificate', message: late })
  }
  if (!leaf.checkPrivateKey(opened.key)) {
    const message = `is not the key of the certificate of ${nameOf(leaf)}: name the one that belongs to it`
    unfit.push({ field: 'key', message })
  }
  if (unfit.length > 0) return unfit
  return {
    chain: certificate,
    key: String(opened.key.export({ type: 'pkcs8', format: 'pem' })),
    notAfter: leaf.validToDate,
  }
}

/** A bundle may hold an old authority beside a new one: it is unfit when all of it is. */
export function checkAuthorities(
  ca: string,
  now: Date,
): { readonly ca: string; readonly notAfter: Date } | Unfit {
  const authorities = readCertificates(ca)
  if (typeof authorities === 'string') return { field: 'ca', message: authorities }
  const leaf = authorities.find((one) => !one.ca)
  if (leaf !== undefined) {
    return {
      field: 'ca',
      message: `holds the certificate of ${nameOf(leaf)}, which is no authority: take it out`,
    }
  }
  const faults = authorities.map((one) => describeValidity(one, now))
  const [fault] = faults
  if (fault !== undefined && faults.every((one) => one !== undefined)) return { field: 'ca', message: fault }
  return { ca, notAfter: new Date(Math.max(...authorities.map(({ validToDate }) => validToDate.getTime()))) }
}

const PEM_CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g

function readCertificates(text: string): [X509Certificate, ...X509Certificate[]] | string {
  const [first, ...others] = text.match(PEM_CERTIFICATE) ?? []
  if (first === undefined) return 'holds no certificate in PEM: it begins with -----BEGIN CERTIFICATE-----'
  try {
    return [new X509Certificate(first), ...others.map((one) => new X509Certificate(one))]
  } catch {
    return 'holds a certificate that cannot be read: make the file anew'
  }
}

function openKey(text: string, passphrase: string | undefined): { readonly key: KeyObject } | Unfit {
  try {
    return { key: createPrivateKey({ key: text, ...(passphrase === undefined ? {} : { passphrase }) }) }
  } catch (error) {
    if (!/-----BEGIN (ENCRYPTED |[A-Z]+ )?PRIVATE KEY-----/.test(text)) {
      return { field: 'key', message: 'holds no key in PEM: it begins with -----BEGIN PRIVATE KEY-----' }
    }
    const isEncrypted = /ENCRYPTED/.test(text)
    if (isEncrypted && passphrase === undefined) {
      return {
        field: 'key',
        message: 'is encrypted: name the file of its passphrase in the field passphrase',
      }
    }
    if (isEncrypted)
      return { field: 'passphrase', message: 'does not open the key: write the right one into the file' }
    const code = error instanceof Error && 'code' in error ? ` (${error.code})` : ''
    return { field: 'key', message: `cannot be read${code}: make the file anew` }
  }
}

function describeValidity(certificate: X509Certificate, now: Date): string | undefined {
  const { validFromDate: from, validToDate: to } = certificate
  if (to <= now)
    return `has expired: the certificate of ${nameOf(certificate)} was valid until ${to.toISOString()}`
  if (from > now)
    return `is not valid yet: the certificate of ${nameOf(certificate)} begins on ${from.toISOString()}`
  return undefined
}

function nameOf({ subject, subjectAltName }: X509Certificate): string {
  return subject ?? subjectAltName ?? 'nobody'
}
