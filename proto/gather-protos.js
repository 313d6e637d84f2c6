// Gathers Envoy's protos from the packages that sources.json names, with all that they import, and our own. Plain JavaScript, like
// generate.js.

import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const require = createRequire(import.meta.url)
const importPattern = /^import\s+(?:public\s+|weak\s+)?"([^"]+)"/gm

/** Every .proto below a folder, or the file itself. */
function protosBelow(path) {
  if (statSync(path).isFile()) return [path]
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.proto'))
    .map((name) => join(path, name))
    .sort()
}

export function packageFolder(name) {
  return dirname(require.resolve(`${name}/package.json`))
}

/**
 * The files of a root, by import path: the file itself, or those of a folder that have the version and that import nothing
 * unavailable. Protos of other versions, such as `envoy/annotations`, are found because others import them.
 */
function filesOfRoot(root, folders, { version, unavailable }) {
  const folder = folders.find((candidate) => existsSync(join(candidate, root)))
  if (!folder) throw new Error(`proto/sources.json: no package contains the root "${root}"`)
  const files = protosBelow(join(folder, root)).map((file) => relative(folder, file).replaceAll('\\', '/'))
  if (files[0] === root) return files
  return files.filter((file) => file.split('/').includes(version) && !unavailable.includes(file))
}

/** The files that the roots need: a Map from import path to text. */
function importClosure(sources, folders) {
  const found = new Map()
  const pending = sources.roots.flatMap((root) => filesOfRoot(root, folders, sources))
  while (pending.length > 0) {
    const path = pending.pop()
    if (found.has(path) || path.startsWith('google/protobuf/')) continue
    const folder = folders.find((candidate) => existsSync(join(candidate, path)))
    if (!folder) throw new Error(`no package in proto/sources.json contains ${path}, which is imported`)
    const text = readFileSync(join(folder, path), 'utf8')
    found.set(path, text)
    for (const [, imported] of text.matchAll(importPattern)) pending.push(imported)
  }
  return found
}

/**
 * The package's validate.proto is older than the protos that use it: they also name `ignore_empty`.
 * Its rules are annotations that no generated module reads, so declaring the missing option is enough.
 */
function withIgnoreEmpty(text) {
  return text.replace(/^message (\w+Rules) \{$/gm, (line, name) => {
    const body = text.slice(text.indexOf(line))
    const declared = body.slice(0, body.indexOf('\n}')).includes('ignore_empty')
    return declared || name === 'FieldRules' ? line : `${line}\n  optional bool ignore_empty = 1000;`
  })
}

/** All protos: a Map from import path to text. */
export function gatherProtos() {
  const sources = JSON.parse(readFileSync(join(here, 'sources.json'), 'utf8'))
  const folders = Object.entries(sources.packages).flatMap(([name, below]) =>
    below.map((folder) => join(packageFolder(name), folder)),
  )
  const files = importClosure(sources, folders)
  for (const file of protosBelow(join(here, 'switchyard')))
    files.set(relative(here, file), readFileSync(file, 'utf8'))
  files.set('validate/validate.proto', withIgnoreEmpty(files.get('validate/validate.proto')))
  return files
}
