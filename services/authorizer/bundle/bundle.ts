// Policies as OPA bundles: https://www.openpolicyagent.org/docs/management-bundles#bundle-file-format

import { posix } from 'node:path'
import type { JsonObject } from '@bufbuild/protobuf'
import { SwitchyardError } from '../../../core/errors.ts'
import { ENTRYPOINT, type PolicySource } from '../policy.ts'
import { type BundleFiles, readArchive, writeArchive } from './archive.ts'
import { digestOfAll } from './digest.ts'
import { type BundleKey, signFiles, verifyFiles } from './signature.ts'

interface Manifest {
  readonly revision?: string
  readonly wasm?: readonly { readonly entrypoint: string; readonly module: string }[]
}

const DATA = 'data.json'
const MANIFEST = '.manifest'

/**
 * Reads the policy of a bundle, after verifying its signature with `key`.
 * @throws SwitchyardError `bad-bundle` if it is not an archive, is not signed, differs from what was signed, or has no
 *   module for the entry point
 */
export async function readBundle(archive: Uint8Array, key: BundleKey): Promise<PolicySource> {
  const files = await readArchive(archive)
  await verifyFiles(files, key)
  const { revision, wasm = [] } = parse(files, MANIFEST) as Manifest
  const path = wasm.find(({ entrypoint }) => entrypoint === ENTRYPOINT)?.module.replace(/^\//, '')
  const module = path === undefined ? undefined : files.get(path)
  if (module === undefined) {
    const fix = `build it with opa build -t wasm -e ${ENTRYPOINT}, or with yard bundle`
    throw new SwitchyardError('bad-bundle', `the bundle has no module for ${ENTRYPOINT}; ${fix}`)
  }
  // The digest is appended because two bundles can have the same revision.
  const named = [revision, digestOfAll([archive])].filter(Boolean).join('@')
  return { wasm: module, data: dataOf(files), revision: named }
}

/** A signed bundle of a policy. With an RSA key the same policy gives the same bytes: RS256 is deterministic, ES256 is not. */
export async function writeBundle({ wasm, data, revision }: PolicySource, key: BundleKey): Promise<Buffer> {
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

/** Merges the data files, the root first: `roles/data.json` becomes `data.roles`. */
function dataOf(files: BundleFiles): JsonObject {
  const data: JsonObject = {}
  const paths = [...files.keys()].filter((path) => posix.basename(path) === DATA)
  for (const path of paths.toSorted((a, b) => a.split('/').length - b.split('/').length)) {
    let at = data
    for (const step of path.split('/').slice(0, -1)) {
      at[step] ??= {}
      at = at[step] as JsonObject
    }
    Object.assign(at, parse(files, path))
  }
  return data
}

function parse(files: BundleFiles, path: string): JsonObject {
  try {
    return JSON.parse(Buffer.from(files.get(path) ?? '{}').toString())
  } catch (cause) {
    throw new SwitchyardError('bad-bundle', `${path} of the bundle is not JSON`, { cause })
  }
}
