// Makes generated modules take `fileDesc` from our `file-desc.js`, which is copied beside them.

import { copyFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const RUNTIME = '"@bufbuild/protobuf/codegenv2"'

/** The folder has the generated modules. Their types stay those of protobuf-es. */
export function redirectFileDesc(folder) {
  for (const name of ['file-desc.js', 'file-desc.d.ts']) {
    copyFileSync(new URL(name, import.meta.url), join(folder, name))
  }
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('_pb.js')) continue
    const file = join(folder, name)
    const text = readFileSync(file, 'utf8')
    if (!text.includes(RUNTIME)) throw new Error(`${file} does not import ${RUNTIME}`)
    const up = '../'.repeat(name.split(/[\\/]/).length - 1)
    writeFileSync(file, text.replace(RUNTIME, `"${up || './'}file-desc.js"`))
  }
}
