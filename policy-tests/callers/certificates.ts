// Certificates for a run: an authority for each file of authorities that the document names, and one that no document knows.

import type { Config } from '../../control-plane/document/model.ts'
import type { SecretBytesByName } from '../../control-plane/sources/secrets/secret-bytes.ts'
import { type SanType, sanTypeOf } from '../../control-plane/switches/san-type.ts'
import { Authority, type Issued, type Subject } from '../../testbed/certificates/authority.ts'
import type { CallerCertificate } from '../suite/caller-schema.ts'
import { millisecondsOf, STRANGER } from '../suite/fields.ts'

export interface Certificates {
  /** The content of the document's secrets. */
  readonly secrets: SecretBytesByName
  /** The authority that signed the document's own certificates, in PEM. */
  readonly ownCa: string
  /** Of a caller. @param trusted the entry of secrets whose authority signs by default; without one, that of the document's own */
  issue(wanted: CallerCertificate, trusted: string | undefined): Promise<Issued>
  /** Of a server with these names, signed by the authority of an entry of secrets. @param sans as the document demands them */
  issueFor(sans: readonly string[], ca: string): Promise<Issued>
}

export async function createCertificates({ secrets = {} }: Config): Promise<Certificates> {
  const own = await Authority.create('yard test')
  const stranger = await Authority.create('a stranger of yard test')
  const files = new Set(Object.values(secrets).flatMap(({ ca }) => (ca === undefined ? [] : [ca])))
  const byFile = new Map(
    await Promise.all([...files].map(async (file) => [file, await Authority.create(file)] as const)),
  )
  const authorityOf = (name: string | undefined) =>
    name === STRANGER ? stranger : (byFile.get(secrets[name ?? '']?.ca ?? '') ?? own)
  const bytes = await Promise.all(
    Object.entries(secrets).map(async ([name, { certificate, ca, crl }]) => {
      const uris = [`spiffe://switchyard/${encodeURIComponent(name)}`]
      const made = certificate === undefined ? undefined : await own.issue({ name, uris, dns: ['localhost'] })
      // Nothing is revoked: who has a certificate of the authority is who the test says.
      const lists = crl === undefined ? undefined : await authorityOf(name).revoke([])
      return [
        name,
        {
          ...(made && { certificate: { chain: made.certificate, key: made.key } }),
          ...(ca !== undefined && { ca: authorityOf(name).issued.certificate }),
          ...(lists !== undefined && { crl: lists }),
        },
      ] as const
    }),
  )
  return {
    secrets: new Map(bytes),
    ownCa: own.issued.certificate,
    issue: ({ uri, dns, signedBy, endsIn }, trusted) =>
      authorityOf(signedBy ?? trusted).issue(
        {
          name: 'caller',
          ...(uri !== undefined && { uris: [uri] }),
          ...(dns !== undefined && { dns: [dns] }),
        },
        endsIn === undefined ? {} : validity(millisecondsOf(endsIn)),
      ),
    issueFor: (sans, ca) => authorityOf(ca).issue(subjectWith(sans)),
  }
}

function validity(lifeMs: number) {
  const notAfter = new Date(Date.now() + lifeMs)
  return { notAfter, notBefore: new Date(Math.min(Date.now(), notAfter.getTime()) - 3_600_000) }
}

/** A name for each demand: an end that any name may have is "any". */
function subjectWith(sans: readonly string[]): Subject {
  const names = sans.map((san) => san.replace(/\*$/, 'any'))
  const ofType = (type: SanType) => names.filter((name) => sanTypeOf(name) === type)
  return {
    name: 'stand-in',
    uris: ofType('uri'),
    ips: ofType('ip'),
    emails: ofType('email'),
    dns: ['localhost', ...ofType('dns')],
  }
}
