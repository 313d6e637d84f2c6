// Compares the protos of the packages with Envoy's API of a version, and writes what they lack into newer-envoy.json.
// Needs Go, and fetches the module `go-control-plane/envoy`. `npm run protos:newer -- v1.40.0`

import { writeFileSync } from 'node:fs'
import { gatherProtos } from './gather-protos.js'
import { readGoDescriptors } from './go-descriptors.js'
import { compareApis } from './newer-api.js'
import { buildDescriptors } from './run-buf.js'

const FILE = new URL('newer-envoy.json', import.meta.url)

/** What the packages lack of an Envoy's API v3. */
export function compareWithEnvoy(version) {
  const isKept = (path) => path.startsWith('envoy/') && path.includes('/v3/')
  return { version, added: compareApis(buildDescriptors(gatherProtos()), readGoDescriptors(version), isKept) }
}

if (import.meta.main) {
  const [version] = process.argv.slice(2)
  if (!/^v\d+\.\d+\.\d+$/.test(version ?? ''))
    throw new Error('name the version of Envoy: npm run protos:newer -- v1.40.0')
  const newer = compareWithEnvoy(version)
  writeFileSync(FILE, `${JSON.stringify(newer, null, 2)}\n`)
  console.log(
    `newer-envoy.json: ${Object.keys(newer.added).length} files have what the packages lack of Envoy ${version}`,
  )
}
