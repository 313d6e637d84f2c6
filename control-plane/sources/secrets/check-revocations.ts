// Whether lists of revoked certificates can be served. Where Envoy has lists, it rejects everybody whose CA has no valid one.

import 'reflect-metadata'
import * as x509 from '@peculiar/x509'
import { type InvalidField, PEM_CERTIFICATE } from './check-certificate.ts'

export interface CheckedRevocations {
  /** In PEM, lists only. */
  readonly crl: string
  /** When the first of them is to be replaced. */
  readonly notAfter: Date
}

const PEM_LIST = /-----BEGIN X509 CRL-----[^-]+-----END X509 CRL-----/g
const OLD_HASHES = ['SHA-1', 'MD5']
/** Of ASN.1. A file of the largest size has fewer; the library's own limit is at 2,500 certificates. */
const MOST_NODES = 400_000
/** Says that a list is about a part of the certificates, which Envoy understands. https://www.rfc-editor.org/rfc/rfc5280#section-5.2.5 */
const DISTRIBUTION_POINT = '2.5.29.28'

export function hasRevocations(text: string): boolean {
  return text.match(PEM_LIST) !== null
}

/**
 * The lists as Envoy takes them, or everything that is wrong with them. Each CA that is valid needs a list that it signed. There may be
 * lists of others: of CAs whose certificates the peers send.
 * @param ca certificates of CAs in PEM, which were checked before
 */
export async function checkRevocations(
  text: string,
  ca: string,
  now: Date,
): Promise<CheckedRevocations | readonly InvalidField[]> {
  const lists = readLists(text)
  if (typeof lists === 'string') return [{ field: 'crl', message: lists }]
  const authorities = (ca.match(PEM_CERTIFICATE) ?? []).map((one) => new x509.X509Certificate(one))
  const messages = lists.flatMap((list) => describeList(list, now) ?? [])
  const signers = new Map(
    await Promise.all(
      lists.map(
        async (list) => [list, await signersOf(list, authorities)] as const satisfies [unknown, unknown],
      ),
    ),
  )
  for (const list of lists) {
    const isNamed = authorities.some(({ subject }) => subject === list.issuer)
    if (isNamed && signers.get(list)?.length === 0) {
      messages.push(
        `has a list of ${list.issuer} that the CA of this name in ca did not sign; take the list from it`,
      )
    }
  }
  const signed = new Set([...signers.values()].flat())
  for (const authority of authorities) {
    if (authority.notAfter <= now || signed.has(authority)) continue
    messages.push(
      `has no list of ${authority.subject}, so Envoy would reject all certificates by it; add the list, or remove the CA from ca`,
    )
  }
  if (messages.length > 0) return messages.map((message) => ({ field: 'crl', message }))
  const ends = lists.flatMap(({ nextUpdate }) => (nextUpdate === undefined ? [] : [nextUpdate.getTime()]))
  return {
    crl: lists.map(({ rawData }) => `${x509.PemConverter.encode(rawData, 'X509 CRL')}\n`).join(''),
    notAfter: new Date(Math.min(...ends)),
  }
}

function readLists(text: string): readonly x509.X509Crl[] | string {
  const found = text.match(PEM_LIST) ?? []
  if (found.length === 0) {
    return 'has no list of revoked certificates in PEM, which begins with -----BEGIN X509 CRL-----'
  }
  try {
    return found.map((one) => new x509.X509Crl(one, { berOptions: { maxNodes: MOST_NODES } }))
  } catch {
    return 'has a list that cannot be parsed; write the file again'
  }
}

function describeList(list: x509.X509Crl, now: Date): string | undefined {
  const { issuer, thisUpdate, nextUpdate, extensions } = list
  if (nextUpdate === undefined) {
    return `has a list of ${issuer} without nextUpdate, so nobody could see that it is out of date; make it with one`
  }
  if (nextUpdate <= now) {
    return `has expired: the list of ${issuer} was to be replaced by ${nextUpdate.toISOString()}`
  }
  if (thisUpdate > now) {
    return `is not valid yet: the list of ${issuer} is valid from ${thisUpdate.toISOString()}`
  }
  const unknown = extensions.find(({ critical, type }) => critical && type !== DISTRIBUTION_POINT)
  if (unknown !== undefined) {
    return `has a list of ${issuer} with the critical extension ${unknown.type}, which Envoy does not know (2.5.29.27 is a delta list); name a complete list`
  }
  const hash = hashOf(list)
  return OLD_HASHES.includes(hash)
    ? `has a list of ${issuer} that is signed with ${hash}; have it made with SHA-256 or newer`
    : undefined
}

/** Several CAs may have one name, with different keys. */
async function signersOf(
  list: x509.X509Crl,
  authorities: readonly x509.X509Certificate[],
): Promise<readonly x509.X509Certificate[]> {
  const named = authorities.filter(({ subject }) => subject === list.issuer)
  const signed = await Promise.all(
    named.map((one) => list.verify({ publicKey: one.publicKey }).catch(() => false)),
  )
  return named.filter((_, index) => signed[index])
}

function hashOf({ signatureAlgorithm }: x509.X509Crl): string {
  const { hash } = signatureAlgorithm as { readonly hash?: string | { readonly name: string } }
  return typeof hash === 'string' ? hash : (hash?.name ?? '')
}
