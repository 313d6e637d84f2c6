// Where the authorizer's policy comes from: a signed bundle, or the folder in which a policy is written.

import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { SwitchyardError } from '../../control-plane/errors.ts'
import { readBundle, revisionOf } from './bundle/bundle.ts'
import { type BundleKey, readVerificationKey } from './bundle/signature.ts'
import type { PolicySource } from './policy.ts'

/** A bundle is signed, always; a folder is as trustworthy as whoever may write in it. */
export type PolicyPlace =
  | { readonly bundle: string; readonly verificationKey: string }
  | { readonly folder: string }

/** Something that is read anew whenever its folder changes. */
export interface PolicyReader {
  /** The folder to watch. */
  readonly watched: string
  /** @throws SwitchyardError `bad-bundle` or `not-found` */
  read(): Promise<PolicySource>
}

/** @throws SwitchyardError `not-found` or `invalid-argument` where the key cannot be read */
export async function openPolicyPlace(place: PolicyPlace): Promise<PolicyReader> {
  if ('folder' in place) {
    return { watched: place.folder, read: () => readPolicyFolder(place.folder) }
  }
  const key: BundleKey = readVerificationKey((await readPath(place.verificationKey)).toString())
  return {
    watched: dirname(place.bundle),
    read: async () => readBundle(await readPath(place.bundle), key),
  }
}

/** The compiled policy and its data, as they lie in `policies/authz`. @throws SwitchyardError `bad-bundle` or `not-found` */
export async function readPolicyFolder(folder: string): Promise<PolicySource> {
  const [wasm, data] = await Promise.all([
    readPath(join(folder, 'policy.wasm')),
    readPath(join(folder, 'data.json')),
  ])
  try {
    return { wasm, data: JSON.parse(data.toString()), revision: revisionOf(wasm, data) }
  } catch (cause) {
    throw new SwitchyardError('bad-bundle', `${join(folder, 'data.json')} is no JSON`, { cause })
  }
}

async function readPath(path: string): Promise<Buffer> {
  try {
    return await readFile(path)
  } catch (cause) {
    throw new SwitchyardError('not-found', `${path} cannot be read: ${(cause as Error).message}`, { cause })
  }
}
