// Signed bundles for tests: two policies that decide differently, and the keys.

import { generateKeyPairSync } from 'node:crypto'
import type { JsonObject } from '@bufbuild/protobuf'
import { readArchive, writeArchive } from '../../services/authorizer/bundle/archive.ts'
import { writeBundle } from '../../services/authorizer/bundle/bundle.ts'
import {
  type BundleKey,
  readSigningKey,
  SIGNATURES,
  signFiles,
} from '../../services/authorizer/bundle/signature.ts'
import type { PolicyInput } from '../../services/authorizer/policy-input.ts'
import { readPolicyFolder } from '../../services/authorizer/policy-location.ts'
import { POLICY_FOLDER } from './authorizer.ts'

export interface KeyPair {
  /** PEM. */
  readonly publicKey: string
  readonly privateKey: string
}

export function createKeys(): KeyPair {
  return generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
}

/** A signed bundle of the policy in git, with data that allows `EchoService/Unary` for one role. */
export async function bundleFor(role: string, { privateKey }: KeyPair, revision = '1'): Promise<Buffer> {
  const { wasm } = await readPolicyFolder(POLICY_FOLDER)
  const data: JsonObject = {
    access: {
      methods: { 'switchyard.echo.v1.EchoService/Unary': { roles: [role] } },
      issuers: { main: { roles: ['user', 'admin'] } },
    },
  }
  return writeBundle({ wasm, data, revision }, signingKey(privateKey))
}

export function signingKey(privateKey: string): BundleKey {
  return readSigningKey(privateKey)
}

/** A signed bundle of the policy for the role `user`, with files added or replaced before it is signed. */
export async function bundleWith(
  files: Readonly<Record<string, string>>,
  keys: KeyPair,
  revision = '2',
): Promise<Buffer> {
  const all = new Map(await readArchive(await bundleFor('user', keys, revision)))
  all.delete(SIGNATURES)
  for (const [path, text] of Object.entries(files)) all.set(path, Buffer.from(text))
  return writeArchive(await signFiles(all, signingKey(keys.privateKey)))
}

/** The same archive with files changed (a text) or removed (undefined). */
export async function withFiles(
  archive: Buffer,
  changes: Readonly<Record<string, string | undefined>>,
): Promise<Buffer> {
  const files = new Map(await readArchive(archive))
  for (const [path, text] of Object.entries(changes)) {
    if (text === undefined) files.delete(path)
    else files.set(path, Buffer.from(text))
  }
  return writeArchive(files)
}

/** A call of `EchoService/Unary` by a caller with that role. */
export function callAs(role: string): PolicyInput {
  return {
    service: 'switchyard.echo.v1.EchoService',
    method: 'Unary',
    claims: { main: { sub: 'alice', roles: [role] } },
    tokenHeaders: {},
    headers: {},
    source: { address: '127.0.0.1', principal: '' },
  }
}
