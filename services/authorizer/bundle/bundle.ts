// Policies as OPA bundles: https://www.openpolicyagent.org/docs/management-bundles#bundle-file-format

import type { JsonObject } from '@bufbuild/protobuf'
import { SwitchyardError } from '../../../core/errors.ts'
import { ENTRYPOINT, type PolicySource } from '../policy.ts'
import { type BundleFiles, readArchive, writeArchive } from './archive.ts'
import { DATA, dataOf, parseObject } from './bundle-data.ts'
import { digestOf, digestOfAll } from './digest.ts'
import { orderOf } from './revision-order.ts'
import { type BundleKey, SIGNATURES, signFiles, verifyFiles } from './signature.ts'

interface Manifest {
  readonly revision?: string
  readonly wasm?: readonly { readonly entrypoint: string; readonly module: string }[]
}

/** The policy of a bundle, and its place among the bundles of its publisher. */
export interface BundledPolicy extends PolicySource {
  readonly order: {
    /** Grows from bundle to bundle. */
    readonly number: number
    /** Of all files but the signature, which differs each time with ES256. */
    readonly digest: string
  }
}

const MANIFEST = '.manifest'

/**
 * Reads the policy of a bundle, after verifying its signature with `key`.
 * @throws SwitchyardError `bad-bundle` if it is not an archive, is not signed, differs from what was signed, has no
 *   module for the entry point, or has a revision without a number
 */
export async function readBundle(archive: Uint8Array, key: BundleKey): Promise<BundledPolicy> {
  const files = await readArchive(archive)
  // Before anything else of the bundle is read: only what the owner of the key wrote is worth an explanation.
  await verifyFiles(files, key)
  const { revision = '', wasm = [] } = parseObject(files, MANIFEST) as Manifest
  const path = wasm.find(({ entrypoint }) => entrypoint === ENTRYPOINT)?.module.replace(/^\//, '')
  const module = path === undefined ? undefined : files.get(path)
  if (module === undefined) {
    const fix = `build it with opa build -t wasm -e ${ENTRYPOINT}, or with yard bundle`
    throw new SwitchyardError('bad-bundle', `the bundle has no module for ${ENTRYPOINT}; ${fix}`)
  }
  const signed = [...files].filter(([name]) => name !== SIGNATURES).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return {
    wasm: module,
    data: dataOf(files),
    // The digest is appended because a publisher may give two bundles the same revision.
    revision: `${revision}@${digestOfAll([archive])}`,
    order: {
      number: orderOf(revision),
      digest: digestOfAll(
        signed.map(([name, content]) => Buffer.from(`${digestOf(name, content)} ${name}\n`)),
      ),
    },
  }
}

/**
 * A signed bundle of a policy. With an RSA key the same policy gives the same bytes: RS256 is deterministic, ES256 is not.
 * @throws SwitchyardError `invalid-argument` if the revision has no number
 */
export async function writeBundle({ wasm, data, revision }: PolicySource, key: BundleKey): Promise<Buffer> {
  orderOf(revision, 'invalid-argument')
  const manifest: Manifest & JsonObject = {
    revision,
    roots: [''],
    wasm: [{ entrypoint: ENTRYPOINT, module: '/policy.wasm' }],
    rego_version: 1,
  }
  const files: BundleFiles = new Map([
    [DATA, Buffer.from(JSON.stringify(data))],
    ['policy.wasm', wasm],
    [MANIFEST, Buffer.from(JSON.stringify(manifest))],
  ])
  return writeArchive(await signFiles(files, key))
}
