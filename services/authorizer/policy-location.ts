// Where the authorizer's policy comes from: a signed bundle, or a folder with a compiled policy.

import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { SwitchyardError } from '../../core/errors.ts'
import { readBundle } from './bundle/bundle.ts'
import { digestOfAll } from './bundle/digest.ts'
import { type BundleKey, readVerificationKey } from './bundle/signature.ts'
import type { PolicySource } from './policy.ts'

/** A bundle is always signed. A folder must be writable only for those who may change the policy. */
export type PolicyLocation =
  | { readonly bundle: string; readonly verificationKey: string }
  | { readonly folder: string }

/** Reads a policy, at startup and whenever its folder changes. */
export interface PolicyReader {
  /** The folder to watch. */
  readonly watched: string
  /** The files as they are now. @throws SwitchyardError `not-found` */
  read(): Promise<readonly Buffer[]>
  /** @throws SwitchyardError `bad-bundle` */
  parse(files: readonly Buffer[]): Promise<PolicySource>
}

/** @throws SwitchyardError `not-found`, or `invalid-argument` if the key cannot be read */
export async function openPolicyLocation(location: PolicyLocation): Promise<PolicyReader> {
  if ('folder' in location) {
    const { folder } = location
    const paths = [join(folder, 'policy.wasm'), join(folder, 'data.json')]
    return {
      watched: folder,
      // One after the other, so that an error always names the first missing file.
      read: async () => {
        const files: Buffer[] = []
        for (const path of paths) files.push(await readPath(path))
        return files
      },
      parse: async ([wasm = Buffer.of(), data = Buffer.of()]) => parseFolder(wasm, data),
    }
  }
  const key: BundleKey = readVerificationKey((await readPath(location.verificationKey)).toString())
  return {
    watched: dirname(location.bundle),
    read: async () => [await readPath(location.bundle)],
    parse: ([archive = Buffer.of()]) => readBundle(archive, key),
  }
}

/** Reads a compiled policy and its data from a folder such as `policies/authz`. @throws SwitchyardError `bad-bundle` or `not-found` */
export async function readPolicyFolder(folder: string): Promise<PolicySource> {
  const { read, parse } = await openPolicyLocation({ folder })
  return parse(await read())
}

function parseFolder(wasm: Buffer, data: Buffer): PolicySource {
  try {
    return { wasm, data: JSON.parse(data.toString()), revision: digestOfAll([wasm, data]) }
  } catch (cause) {
    throw new SwitchyardError('bad-bundle', 'data.json of the policy is not JSON', { cause })
  }
}

async function readPath(path: string): Promise<Buffer> {
  try {
    return await readFile(path)
  } catch (cause) {
    throw new SwitchyardError('not-found', `${path} cannot be read: ${(cause as Error).message}`, { cause })
  }
}
