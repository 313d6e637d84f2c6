// A certificate authority for development and tests. Its certificates are short-lived.

import 'reflect-metadata'
import { webcrypto } from 'node:crypto'
import * as x509 from '@peculiar/x509'

/** A certificate with its key, both in PEM; the key is PKCS #8. */
export interface Issued {
  readonly certificate: string
  readonly key: string
}

/** The subject of a certificate. URIs are SPIFFE IDs, such as `spiffe://switchyard/edge`. */
export interface Subject {
  readonly name: string
  readonly uris?: readonly string[]
  readonly dns?: readonly string[]
  readonly ips?: readonly string[]
  readonly emails?: readonly string[]
}

/** The validity of a certificate. Tests set both ends in the past or the future. */
export interface Validity {
  readonly notBefore?: Date
  readonly notAfter?: Date
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const
const HOUR_MS = 3_600_000
/** Clocks differ: a certificate is valid from a little before its creation. */
const BACKDATE_MS = 60_000
const AUTHORITY_LIFE_MS = 30 * 24 * HOUR_MS
const LEAF_LIFE_MS = 24 * HOUR_MS

x509.cryptoProvider.set(webcrypto)

export class Authority {
  /** The CA certificate, which clients and servers trust, and its key. */
  readonly issued: Issued
  readonly #certificate: x509.X509Certificate
  readonly #key: webcrypto.CryptoKey

  private constructor(issued: Issued, key: webcrypto.CryptoKey) {
    this.issued = issued
    this.#certificate = new x509.X509Certificate(issued.certificate)
    this.#key = key
  }

  /** Creates an authority. Its certificate is valid for 30 days by default. */
  static async create(name: string, validity: Validity = {}): Promise<Authority> {
    const keys = await generateKeys()
    const certificate = await x509.X509CertificateGenerator.createSelfSigned({
      name: `CN=${name}`,
      keys,
      signingAlgorithm: ALGORITHM,
      ...withLife(validity, AUTHORITY_LIFE_MS),
      extensions: [
        new x509.BasicConstraintsExtension(true, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      ],
    })
    return new Authority(await toPem(certificate, keys.privateKey), keys.privateKey)
  }

  /** Loads an authority from its certificate and key, such as one of an earlier run. */
  static async load(issued: Issued): Promise<Authority> {
    const [der] = x509.PemConverter.decode(issued.key)
    if (der === undefined) throw new TypeError('the key of the authority is not PEM')
    return new Authority(issued, await webcrypto.subtle.importKey('pkcs8', der, ALGORITHM, true, ['sign']))
  }

  /** Issues a certificate for servers and clients, valid for a day by default. */
  async issue(
    { name, uris = [], dns = [], ips = [], emails = [] }: Subject,
    validity: Validity = {},
  ): Promise<Issued> {
    const keys = await generateKeys()
    const names: x509.JsonGeneralName[] = [
      ...uris.map((value) => ({ type: 'url' as const, value })),
      ...dns.map((value) => ({ type: 'dns' as const, value })),
      ...ips.map((value) => ({ type: 'ip' as const, value })),
      ...emails.map((value) => ({ type: 'email' as const, value })),
    ]
    const certificate = await x509.X509CertificateGenerator.create({
      subject: `CN=${name}`,
      issuer: this.#certificate.subject,
      signingKey: this.#key,
      publicKey: keys.publicKey,
      signingAlgorithm: ALGORITHM,
      ...withLife(validity, LEAF_LIFE_MS),
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([
          x509.ExtendedKeyUsage.serverAuth,
          x509.ExtendedKeyUsage.clientAuth,
        ]),
        new x509.SubjectAlternativeNameExtension(names),
        await x509.AuthorityKeyIdentifierExtension.create(this.#certificate.publicKey),
      ],
    })
    return await toPem(certificate, keys.privateKey)
  }

  /**
   * A list of revoked certificates in PEM, to be replaced within a day by default.
   * @param revoked certificates in PEM, or their serial numbers in hexadecimal
   */
  async revoke(
    revoked: readonly string[],
    validity: Validity = {},
    extensions: x509.Extension[] = [],
  ): Promise<string> {
    const life = withLife(validity, LEAF_LIFE_MS)
    const list = await x509.X509CrlGenerator.create({
      issuer: this.#certificate.subject,
      signingKey: this.#key,
      signingAlgorithm: ALGORITHM,
      thisUpdate: life.notBefore,
      nextUpdate: life.notAfter,
      entries: revoked.map((one) => ({
        serialNumber: one.startsWith('-----') ? new x509.X509Certificate(one).serialNumber : one,
        revocationDate: life.notBefore,
        // Without a reason the library writes an empty list of extensions, which Envoy rejects.
        reason: x509.X509CrlReason.keyCompromise,
      })),
      extensions: [
        await x509.AuthorityKeyIdentifierExtension.create(this.#certificate.publicKey),
        ...extensions,
      ],
    })
    return `${x509.PemConverter.encode(list.rawData, 'X509 CRL')}\n`
  }
}

async function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])
}

function withLife({ notBefore, notAfter }: Validity, lifeMs: number): Required<Validity> {
  const now = Date.now()
  return {
    notBefore: notBefore ?? new Date(now - BACKDATE_MS),
    notAfter: notAfter ?? new Date(now + lifeMs),
  }
}

async function toPem(certificate: x509.X509Certificate, privateKey: webcrypto.CryptoKey): Promise<Issued> {
  const key = await webcrypto.subtle.exportKey('pkcs8', privateKey)
  return {
    certificate: `${certificate.toString('pem')}\n`,
    key: `${x509.PemConverter.encode(key, 'PRIVATE KEY')}\n`,
  }
}
