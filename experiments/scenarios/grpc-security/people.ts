// All callers and attackers, with tokens of the testbed's issuer and certificates of its authority.

import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { TokenIssuer } from '../../../services/issuer/token-issuer.ts'
import { IDENTITIES, SECRETS, writeCertificates } from '../../../testbed/certificates/folder.ts'
import { fetchToken, ISSUER } from '../../../testbed/issuer.ts'
import { AUDIENCE } from '../../../testbed/security.ts'
import type { Caller, Identity } from './callers.ts'

const LIFETIME = 1_800
const SERVICE = { name: 'service', uris: ['spiffe://switchyard/service'] }

export interface People {
  /** In the order of the tables. */
  readonly callers: readonly Caller[]
  /** Each tries to get in with a forged or foreign credential. */
  readonly attackers: readonly Caller[]
  /** The caller whose calls must never fail. */
  readonly authorized: Required<Pick<Caller, 'token' | 'identity'>>
  /** Trusts the Envoys' CA, and has no certificate. */
  readonly noCertificate: Identity
}

/**
 * @param testbed folder of the testbed, whose authority the listeners trust
 * @param scratch folder for an untrusted authority
 * @param tokens address of the issuer's token endpoint
 */
export async function createPeople(testbed: string, scratch: string, tokens: string): Promise<People> {
  await mkdir(scratch, { recursive: true })
  await writeCertificates(testbed, { subjects: [SERVICE] })
  await writeCertificates(scratch)
  const noCertificate: Identity = { ca: await readFile(join(testbed, SECRETS, 'ca.pem'), 'utf8') }
  const identityOf = async (name: string, folder = join(testbed, SECRETS)): Promise<Identity> => ({
    ...noCertificate,
    certificate: await readFile(join(folder, `${name}.pem`), 'utf8'),
    key: await readFile(join(folder, `${name}.key`), 'utf8'),
  })
  const client = await identityOf('client')
  const issue = (roles: readonly string[], { audience = AUDIENCE, lifetime = LIFETIME, scope = '' } = {}) =>
    fetchToken(tokens, { subject: 'alice', audience, lifetime, claims: { roles, scope } })
  const [user, admin] = [await issue(['user']), await issue(['admin'], { scope: 'kv:write' })]
  const stranger = await (await TokenIssuer.create(ISSUER, 'ES256')).sign({
    subject: 'alice',
    audience: AUDIENCE,
    lifetime: LIFETIME,
    claims: { roles: ['admin'] },
  })
  return {
    callers: [
      { name: 'anonymous', identity: noCertificate },
      { name: 'user', token: user, identity: client },
      { name: 'admin', token: admin, identity: client },
      { name: 'stranger', token: stranger, identity: await identityOf('client', join(scratch, SECRETS)) },
      { name: 'service', identity: await identityOf('service', join(testbed, IDENTITIES)) },
    ],
    attackers: [
      { name: 'a role written into a signed token', token: withRole(user, 'admin') },
      { name: 'a token with alg none', token: unsigned(admin) },
      { name: 'a token for another audience', token: await issue(['admin'], { audience: 'payments' }) },
      { name: 'an expired token', token: await issue(['admin'], { lifetime: -120 }) },
      { name: 'a token signed with an unknown key', token: stranger },
      {
        name: 'headers that only security filters set',
        headers: { 'x-subject': 'root', 'x-auth-roles': 'admin' },
      },
      {
        name: 'a forged x-envoy-original-path',
        headers: { 'x-envoy-original-path': '/grpc.health.v1.Health/Check' },
      },
    ].map((attacker) => ({ ...attacker, identity: client })),
    authorized: { token: admin, identity: client },
    noCertificate,
  }
}

function withRole(token: string, role: string): string {
  const [header, payload = '', signature] = token.split('.')
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString())
  return `${header}.${encode({ ...claims, roles: [role] })}.${signature}`
}

function unsigned(token: string): string {
  return `${encode({ alg: 'none', typ: 'JWT' })}.${token.split('.')[1]}.`
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url')
}
