// The content of the files that a document's switches name: real ones, by the ends of their names.

import { extname } from 'node:path'
import type { Config } from '../../control-plane/document/model.ts'
import { filesNamedBy } from '../../control-plane/sources/files/file-store.ts'
import type { FileContents } from '../../control-plane/switches/setting-file.ts'
import { echoDescriptors } from './echo-descriptors.ts'
import { headerModule } from './wasm-module.ts'

const BY_END: Readonly<Record<string, () => Uint8Array>> = {
  '.binpb': echoDescriptors,
  '.lua': () => Buffer.from('function envoy_on_request(handle) end\n'),
  '.yaml': () => Buffer.from('ids: [f-1]\nsubjects: [trudy]\n'),
  '.wasm': () => headerModule('x-golden', '1'),
}

export function namedFiles(config: Config): FileContents {
  return new Map(
    filesNamedBy(config).map(({ file }) => {
      const content = BY_END[extname(file)]
      if (content === undefined) throw new Error(`no content for ${file}`)
      return [file, content()]
    }),
  )
}
