// Runs buf on gathered protos, in a folder outside the workspace, because buf treats folders below proto/buf.yaml as a part of our
// module. Plain JavaScript, like generate.js.

import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { fromBinary, toBinary } from '@bufbuild/protobuf'
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt'

const here = dirname(fileURLToPath(import.meta.url))

/** The descriptors of protos, by path, each behind those that it imports. With their comments. */
export function buildDescriptors(files) {
  return inOwnFolder((folder) => {
    for (const [path, text] of files) {
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      writeFileSync(join(folder, path), text)
    }
    runBuf(['build', '.', '--output', 'descriptors.binpb'], folder)
    const { file } = fromBinary(FileDescriptorSetSchema, readFileSync(join(folder, 'descriptors.binpb')))
    return new Map(file.map((one) => [one.name, one]))
  })
}

/** Writes the modules of these descriptors. */
export function generateModules(descriptors) {
  inOwnFolder((folder) => {
    const image = { $typeName: 'google.protobuf.FileDescriptorSet', file: descriptors }
    writeFileSync(join(folder, 'descriptors.binpb'), toBinary(FileDescriptorSetSchema, image))
    runBuf(
      ['generate', 'descriptors.binpb', '--template', join(here, 'buf.gen.yaml'), '--output', here],
      folder,
    )
  })
}

function inOwnFolder(work) {
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-protos-'))
  try {
    return work(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function runBuf(args, cwd) {
  const path = [join(here, '..', 'node_modules', '.bin'), process.env.PATH].join(delimiter)
  const result = spawnSync('buf', args, { cwd, stdio: 'inherit', env: { ...process.env, PATH: path } })
  if (result.error) throw result.error
  if (result.status !== 0) throw new Error(`buf ${args.join(' ')} exited with ${result.status}`)
}
