// Generates the workspace @envoy/xds-protos: gathers Envoy's protos from packages, adds what is newer in Envoy and what is ours, and runs
// buf. Plain JavaScript, because npm's `prepare` runs it on the installed Node, whatever its version.
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gatherProtos, packageFolder } from './gather-protos.js'
import { addToApi } from './newer-api.js'
import { redirectFileDesc } from './redirect-file-desc.js'
import { buildDescriptors, generateModules } from './run-buf.js'

const here = dirname(fileURLToPath(import.meta.url))
const generatedDir = join(here, 'gen')
const stampFile = join(generatedDir, '.stamp')

/** What the modules are made of, and by. */
const INPUTS = [
  'generate.js',
  'run-buf.js',
  'newer-api.js',
  'newer-envoy.json',
  'field-text.js',
  'file-desc.js',
  'redirect-file-desc.js',
  'buf.gen.yaml',
]

function fingerprint(files) {
  const hash = createHash('sha256')
  for (const name of INPUTS) hash.update(readFileSync(join(here, name)))
  for (const name of ['@bufbuild/buf', '@bufbuild/protoc-gen-es']) {
    hash.update(readFileSync(join(packageFolder(name), 'package.json')))
  }
  for (const [path, text] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) hash.update(path).update(text)
  return hash.digest('hex')
}

const files = gatherProtos()
const stamp = fingerprint(files)
if (!existsSync(stampFile) || readFileSync(stampFile, 'utf8') !== stamp) {
  rmSync(generatedDir, { recursive: true, force: true })
  const { added } = JSON.parse(readFileSync(join(here, 'newer-envoy.json'), 'utf8'))
  const descriptors = addToApi(buildDescriptors(files), added)
  generateModules(descriptors)
  redirectFileDesc(generatedDir)
  writeFileSync(stampFile, stamp)
  console.log(`generated @envoy/xds-protos from ${descriptors.length} protos`)
}
