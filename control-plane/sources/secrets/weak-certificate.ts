// Whether others could forge a certificate: its key is too short, or its signature too old.

import type { X509Certificate } from 'node:crypto'
import 'reflect-metadata'
import * as x509 from '@peculiar/x509'

const SMALLEST_RSA_BITS = 2_048
const SAFE_CURVES = ['prime256v1', 'secp384r1', 'secp521r1']
const OLD_HASHES = ['SHA-1', 'MD5']

/**
 * What to do about it, or undefined if the certificate is strong enough. The signature of a root does not count: nobody verifies it.
 * https://cabforum.org/working-groups/server/baseline-requirements/documents/ (6.1.5, 7.1.3.2)
 */
export function describeWeakness(certificate: X509Certificate): string | undefined {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details = {} } = certificate.publicKey
  const { modulusLength: bits = 0, namedCurve } = details
  if (type === 'rsa' || type === 'rsa-pss') {
    if (bits < SMALLEST_RSA_BITS)
      return `has an RSA key of ${bits} bits; issue it for a key of ${SMALLEST_RSA_BITS} bits or more`
  } else if (type !== 'ec' || !SAFE_CURVES.includes(namedCurve ?? '')) {
    return `has a key of type ${type}${namedCurve === undefined ? '' : ` on ${namedCurve}`}; issue it for an RSA key, or an EC key on P-256, P-384 or P-521`
  }
  const hash = hashOf(certificate)
  const isRoot = certificate.subject === certificate.issuer
  return OLD_HASHES.includes(hash) && !isRoot
    ? `is signed with ${hash}; have it issued again with SHA-256 or newer`
    : undefined
}

function hashOf({ raw }: X509Certificate): string {
  const { signatureAlgorithm } = new x509.X509Certificate(new Uint8Array(raw))
  const { hash } = signatureAlgorithm as { readonly hash?: string | { readonly name: string } }
  return typeof hash === 'string' ? hash : (hash?.name ?? '')
}
