// Where the authorizer's policy comes from: a signed bundle, or a folder with a compiled policy.

import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { JsonObject } from '@bufbuild/protobuf'
import { SwitchyardError } from '../../core/errors.ts'
import { isMap } from '../../core/plain-map.ts'
import { MAX_UNPACKED_BYTES } from './bundle/archive.ts'
import { type BundledPolicy, readBundle } from './bundle/bundle.ts'
import { digestOfAll } from './bundle/digest.ts'
import { RevisionRecord } from './bundle/revision-record.ts'
import { type BundleKey, readVerificationKey } from './bundle/signature.ts'
import type { PolicySource } from './policy.ts'

/** A bundle is always signed, and never older than the one before. A folder must be writable only for those who may change the policy. */
export type PolicyLocation = BundleLocation | { readonly folder: string }

export interface BundleLocation {
  readonly bundle: string
  readonly verificationKey: string
  /** The folder that keeps which bundle was the newest. */
  readonly state: string
  /** As in `RevisionRecord.open`. */
  readonly minimumRevision?: number
}

/** Reads a policy, at startup and whenever its folder changes. */
export interface PolicyReader {
  /** The folder to watch. */
  readonly watched: string
  /** The files as they are now. @throws SwitchyardError `not-found` */
  read(): Promise<readonly Buffer[]>
  /** @throws SwitchyardError `bad-bundle` */
  parse(files: readonly Buffer[]): Promise<PolicySource>
  /** Remembers that the policy decides from now on, so that no older one ever does. */
  activated(policy: PolicySource): Promise<void>
}

/** @throws SwitchyardError `not-found`, `invalid-argument` if the key cannot be read, or what `RevisionRecord.open` throws */
export async function openPolicyLocation(location: PolicyLocation): Promise<PolicyReader> {
  return 'folder' in location ? openFolder(location.folder) : openBundle(location)
}

function openFolder(folder: string): PolicyReader {
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
    activated: async () => {},
  }
}

async function openBundle(location: BundleLocation): Promise<PolicyReader> {
  const key: BundleKey = readVerificationKey((await readPath(location.verificationKey)).toString())
  const record = await RevisionRecord.open(location.state, location.minimumRevision)
  return {
    watched: dirname(location.bundle),
    read: async () => [await readPath(location.bundle)],
    parse: async ([archive = Buffer.of()]) => {
      const policy = await readBundle(archive, key)
      await record.check(policy.order)
      return policy
    },
    activated: (policy) => record.write((policy as BundledPolicy).order),
  }
}

/** Reads a compiled policy and its data from a folder such as `policies/authz`. @throws SwitchyardError `bad-bundle` or `not-found` */
export async function readPolicyFolder(folder: string): Promise<PolicySource> {
  const { read, parse } = openFolder(folder)
  return parse(await read())
}

function parseFolder(wasm: Buffer, text: Buffer): PolicySource {
  let data: unknown
  try {
    data = JSON.parse(text.toString())
  } catch (cause) {
    throw new SwitchyardError('bad-bundle', 'data.json of the policy is not JSON', { cause })
  }
  if (!isMap(data)) throw new SwitchyardError('bad-bundle', 'data.json of the policy is not a JSON object')
  return { wasm, data: data as JsonObject, revision: digestOfAll([wasm, text]) }
}

/** Only a regular file of a bounded size: reading a pipe or a device might never end. */
async function readPath(path: string): Promise<Buffer> {
  try {
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
    try {
      const found = await file.stat()
      if (!found.isFile()) throw new Error('it is not a file')
      if (found.size > MAX_UNPACKED_BYTES) throw new Error(`it has more than ${MAX_UNPACKED_BYTES} bytes`)
      return await file.readFile()
    } finally {
      await file.close()
    }
  } catch (cause) {
    throw new SwitchyardError('not-found', `${path} cannot be read: ${(cause as Error).message}`, { cause })
  }
}
