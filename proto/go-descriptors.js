// Descriptors of Envoy's API as the Go module `go-control-plane/envoy` has them, whose versions are those of Envoy. They are strings in
// its generated code. Plain JavaScript, like generate.js.

import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fromBinary } from '@bufbuild/protobuf'
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt'

const MODULE = 'github.com/envoyproxy/go-control-plane/envoy'

const DESCRIPTOR = /^const file_\w+_rawDesc = ""((?: \+\n\t"(?:[^"\\\n]|\\.)*")+)/m

const ESCAPES = { n: '\n', t: '\t', r: '\r', v: '\v', f: '\f', b: '\b', a: '\x07', '\\': '\\', '"': '"' }

/** The files of Envoy's API of a version, such as `v1.40.0`, by path. Go fetches the module if it does not have it yet. */
export function readGoDescriptors(version) {
  const { status, stdout, stderr, error } = spawnSync(
    'go',
    ['mod', 'download', '-json', `${MODULE}@${version}`],
    {
      cwd: tmpdir(),
      encoding: 'utf8',
    },
  )
  if (error) throw error
  if (status !== 0) throw new Error(`go could not fetch ${MODULE}@${version}: ${stdout}${stderr}`)
  const folder = JSON.parse(stdout).Dir
  const files = new Map()
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.pb.go')) continue
    const found = DESCRIPTOR.exec(readFileSync(join(folder, name), 'utf8'))
    if (found === null) continue
    const file = fromBinary(FileDescriptorProtoSchema, bytesOf(found[1]))
    files.set(file.name, file)
  }
  return files
}

/** The bytes of Go's string literals, one a line. */
function bytesOf(literals) {
  const parts = []
  for (const [, text] of literals.matchAll(/"((?:[^"\\\n]|\\.)*)"/g)) {
    for (const [, escaped, code, plain] of text.matchAll(/\\(?:x([0-9a-f]{2})|(.))|([^\\]+)/g)) {
      if (escaped !== undefined) parts.push(Buffer.of(Number.parseInt(escaped, 16)))
      else parts.push(Buffer.from(plain ?? escapeOf(code)))
    }
  }
  return Buffer.concat(parts)
}

function escapeOf(code) {
  const text = ESCAPES[code]
  if (text === undefined) throw new Error(`unknown escape \\${code} in a string of Go`)
  return text
}
