// Whether a certificate, its key or an authority can be served. Messages never quote a key.

import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import 'reflect-metadata'
import * as x509 from '@peculiar/x509'
import { describeWeakness } from './weak-certificate.ts'

/** The texts of a secret's files. */
export interface CertificateTexts {
  readonly certificate: string
  readonly key: string
  readonly passphrase?: string
}

/** What is wrong with a field of the secret. */
export interface InvalidField {
  readonly field: 'certificate' | 'key' | 'passphrase' | 'ca' | 'crl'
  readonly message: string
}

export interface CheckedCertificate {
  readonly chain: string
  /** PEM, PKCS #8, without a passphrase. */
  readonly key: string
  readonly notAfter: Date
}

/** The certificate and its key as Envoy takes them, or everything that is wrong with them. */
export function checkCertificate(
  { certificate, key, passphrase }: CertificateTexts,
  now: Date,
): CheckedCertificate | readonly InvalidField[] {
  const chain = readCertificates(certificate)
  const opened = openKey(key, passphrase)
  const invalid: InvalidField[] = []
  if (typeof chain === 'string') invalid.push({ field: 'certificate', message: chain })
  if ('message' in opened) invalid.push(opened)
  if (typeof chain === 'string' || 'message' in opened) return invalid
  const [leaf] = chain
  for (const one of chain) {
    const late = describeValidity(one, now)
    if (late !== undefined) invalid.push({ field: 'certificate', message: late })
    const weakness = describeWeakness(one)
    if (weakness !== undefined)
      invalid.push({ field: 'certificate', message: `of ${nameOf(one)} ${weakness}` })
  }
  if (maySign(leaf)) {
    const message = `is the certificate of an authority, ${nameOf(leaf)}, whose key must not leave its owner; name a certificate that the authority issued, with CA:FALSE and without keyCertSign`
    invalid.push({ field: 'certificate', message })
  }
  if (!leaf.checkPrivateKey(opened.key)) {
    const message = `is not the key of the certificate of ${nameOf(leaf)}; name the key that belongs to it`
    invalid.push({ field: 'key', message })
  }
  if (invalid.length > 0) return invalid
  return {
    chain: toPem(chain),
    key: String(opened.key.export({ type: 'pkcs8', format: 'pem' })),
    notAfter: leaf.validToDate,
  }
}

/** A bundle may have an expired authority beside a valid one. It is invalid if no authority in it is valid. */
export function checkAuthorities(
  ca: string,
  now: Date,
): { readonly ca: string; readonly notAfter: Date } | InvalidField {
  const authorities = readCertificates(ca)
  if (typeof authorities === 'string') return { field: 'ca', message: authorities }
  const leaf = authorities.find((one) => !one.ca)
  if (leaf !== undefined) {
    return {
      field: 'ca',
      message: `has the certificate of ${nameOf(leaf)}, which is not a CA; remove it`,
    }
  }
  for (const one of authorities) {
    const weakness = describeWeakness(one)
    if (weakness !== undefined) return { field: 'ca', message: `${nameOf(one)} ${weakness}` }
  }
  const problems = authorities.map((one) => describeValidity(one, now))
  const [problem] = problems
  if (problem !== undefined && problems.every((one) => one !== undefined))
    return { field: 'ca', message: problem }
  return {
    ca: toPem(authorities),
    notAfter: new Date(Math.max(...authorities.map(({ validToDate }) => validToDate.getTime()))),
  }
}

export const PEM_CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g

function readCertificates(text: string): [X509Certificate, ...X509Certificate[]] | string {
  const [first, ...others] = text.match(PEM_CERTIFICATE) ?? []
  if (first === undefined) return 'has no certificate in PEM, which begins with -----BEGIN CERTIFICATE-----'
  try {
    return [new X509Certificate(first), ...others.map((one) => new X509Certificate(one))]
  } catch {
    return 'has a certificate that cannot be parsed; write the file again'
  }
}

/** Certificates alone: a key that is in the same file is not sent. */
function toPem(certificates: readonly X509Certificate[]): string {
  return certificates.map(String).join('')
}

/** https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.9; `ca` of Node is false if the two extensions contradict each other. */
function maySign({ raw }: X509Certificate): boolean {
  const certificate = new x509.X509Certificate(new Uint8Array(raw))
  const usages = certificate.getExtension(x509.KeyUsagesExtension)?.usages ?? 0
  const isAuthority = certificate.getExtension(x509.BasicConstraintsExtension)?.ca ?? false
  return isAuthority || (usages & x509.KeyUsageFlags.keyCertSign) !== 0
}

function openKey(text: string, passphrase: string | undefined): { readonly key: KeyObject } | InvalidField {
  try {
    return { key: createPrivateKey({ key: text, ...(passphrase === undefined ? {} : { passphrase }) }) }
  } catch (error) {
    if (!/-----BEGIN (ENCRYPTED |[A-Z]+ )?PRIVATE KEY-----/.test(text)) {
      return { field: 'key', message: 'has no key in PEM, which begins with -----BEGIN PRIVATE KEY-----' }
    }
    const isEncrypted = /ENCRYPTED/.test(text)
    if (isEncrypted && passphrase === undefined) {
      return {
        field: 'key',
        message: 'is encrypted; name the file of its passphrase in the field passphrase',
      }
    }
    if (isEncrypted)
      return {
        field: 'passphrase',
        message: 'does not decrypt the key; write the right passphrase into the file',
      }
    const code = error instanceof Error && 'code' in error ? ` (${error.code})` : ''
    return { field: 'key', message: `cannot be parsed${code}; write the file again` }
  }
}

function describeValidity(certificate: X509Certificate, now: Date): string | undefined {
  const { validFromDate: from, validToDate: to } = certificate
  if (to <= now)
    return `has expired: the certificate of ${nameOf(certificate)} was valid until ${to.toISOString()}`
  if (from > now)
    return `is not valid yet: the certificate of ${nameOf(certificate)} is valid from ${from.toISOString()}`
  return undefined
}

function nameOf({ subject, subjectAltName }: X509Certificate): string {
  return subject ?? subjectAltName ?? 'nobody'
}
