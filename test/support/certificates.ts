// Certificates made for a test: an authority, and what it signs for a server and for a client on the loopback address.

import 'reflect-metadata'
import { KeyObject, type webcrypto } from 'node:crypto'
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  SubjectAlternativeNameExtension,
  type X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509'

/** PEM texts, as gRPC's credentials take them. */
export interface KeyPair {
  readonly certificate: Buffer
  readonly privateKey: Buffer
}

export interface Certificates {
  readonly authority: Buffer
  readonly server: KeyPair
  readonly client: KeyPair
}

const SIGNING = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }

/** Valid from now on; both names stand for 127.0.0.1 and `localhost`. */
export async function createCertificates(): Promise<Certificates> {
  const keys = await createKeys()
  const authority = await X509CertificateGenerator.createSelfSigned({
    name: 'CN=authority',
    keys,
    signingAlgorithm: SIGNING,
    extensions: [new BasicConstraintsExtension(true, undefined, true)],
  })
  return {
    authority: pem(authority),
    server: await sign(authority, keys.privateKey, 'server', ExtendedKeyUsage.serverAuth),
    client: await sign(authority, keys.privateKey, 'client', ExtendedKeyUsage.clientAuth),
  }
}

async function sign(
  authority: X509Certificate,
  signingKey: webcrypto.CryptoKey,
  name: string,
  usage: ExtendedKeyUsage,
): Promise<KeyPair> {
  const { publicKey, privateKey } = await createKeys()
  const certificate = await X509CertificateGenerator.create({
    subject: `CN=${name}`,
    issuer: authority.subject,
    publicKey,
    signingKey,
    signingAlgorithm: SIGNING,
    extensions: [
      new ExtendedKeyUsageExtension([usage]),
      new SubjectAlternativeNameExtension([
        { type: 'ip', value: '127.0.0.1' },
        { type: 'dns', value: 'localhost' },
      ]),
    ],
  })
  const key = KeyObject.from(privateKey).export({ type: 'pkcs8', format: 'pem' })
  return { certificate: pem(certificate), privateKey: Buffer.from(key) }
}

function createKeys(): Promise<webcrypto.CryptoKeyPair> {
  return crypto.subtle.generateKey(SIGNING, true, ['sign', 'verify'])
}

function pem(certificate: X509Certificate): Buffer {
  return Buffer.from(certificate.toString('pem'))
}
