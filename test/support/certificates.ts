// Certificates for tests only.

import { webcrypto } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import 'reflect-metadata'
import * as x509 from '@peculiar/x509'
import type { Issued } from '../../testbed/certificates/authority.ts'

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }

export interface Certificate {
  /** PEM. */
  readonly certificate: string
  /** PEM, PKCS #8. */
  readonly key: string
}

/** A certificate for "localhost" that is its own authority. */
export async function selfSignedCertificate(): Promise<Certificate> {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'CN=localhost',
    keys,
    signingAlgorithm: ALGORITHM,
    extensions: [new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: 'localhost' }])],
  })
  const key = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)
  return { certificate: certificate.toString('pem'), key: x509.PemConverter.encode(key, 'PRIVATE KEY') }
}

/** A certificate without CA:TRUE whose key usage allows signing certificates. */
export async function authorityByKeyUsage(): Promise<Certificate> {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'CN=signer',
    keys,
    signingAlgorithm: ALGORITHM,
    extensions: [new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true)],
  })
  const key = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)
  return { certificate: certificate.toString('pem'), key: x509.PemConverter.encode(key, 'PRIVATE KEY') }
}

/** Writes NAME.pem and NAME.key into a folder. Returns their paths. */
export async function writeCertificate(folder: string, name: string, { certificate, key }: Certificate) {
  const paths = { certificate: join(folder, `${name}.pem`), key: join(folder, `${name}.key`) }
  await writeFile(paths.certificate, certificate)
  await writeFile(paths.key, key)
  return paths
}

/** The certificate of a root authority in PEM. */
export async function rootWithRsaKey(modulusLength: number): Promise<string> {
  const algorithm = {
    name: 'RSASSA-PKCS1-v1_5',
    hash: 'SHA-256',
    publicExponent: new Uint8Array([1, 0, 1]),
    modulusLength,
  }
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'CN=short',
    keys: await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']),
    signingAlgorithm: algorithm,
    extensions: [new x509.BasicConstraintsExtension(true, undefined, true)],
  })
  return certificate.toString('pem')
}

export interface Unusual {
  /** Default: P-256. */
  readonly keys?: EcKeyGenParams | RsaHashedKeyGenParams
  /** Default: a signature with SHA-256. */
  readonly hash?: 'SHA-1'
  readonly subject?: string
  readonly names?: readonly x509.JsonGeneralName[]
}
type EcKeyGenParams = webcrypto.EcKeyGenParams
type RsaHashedKeyGenParams = webcrypto.RsaHashedKeyGenParams

/** A certificate that `Authority` does not issue: with a weak key or signature, or names of any type. */
export async function issueUnusual(
  authority: Issued,
  { keys: algorithm = ALGORITHM, hash, subject = 'CN=unusual', names = [] }: Unusual,
): Promise<Issued> {
  const [der = new ArrayBuffer()] = x509.PemConverter.decode(authority.key)
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const certificate = await x509.X509CertificateGenerator.create({
    subject,
    issuer: new x509.X509Certificate(authority.certificate).subject,
    signingKey: await webcrypto.subtle.importKey('pkcs8', der, ALGORITHM, true, ['sign']),
    publicKey: keys.publicKey,
    signingAlgorithm: { ...ALGORITHM, ...(hash && { hash }) },
    notBefore: new Date(Date.now() - 60_000),
    notAfter: new Date(Date.now() + 3_600_000),
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([
        x509.ExtendedKeyUsage.serverAuth,
        x509.ExtendedKeyUsage.clientAuth,
      ]),
      ...(names.length > 0 ? [new x509.SubjectAlternativeNameExtension([...names])] : []),
    ],
  })
  const key = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)
  return {
    certificate: `${certificate.toString('pem')}\n`,
    key: `${x509.PemConverter.encode(key, 'PRIVATE KEY')}\n`,
  }
}
