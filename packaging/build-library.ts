// Builds the package that users install: `xds-server/` with what it imports, as JavaScript with types and source maps.

import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import { publishedSchema, SCHEMA_FILE } from '../control-plane/document/published-schema.ts'
import { compile } from './compile.ts'
import { libraryManifest } from './manifest.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
/** The rooms that the library consists of. */
const ROOMS = ['core', 'xds-server']

const COMPILER_OPTIONS = {
  // What Node 20 knows.
  target: 'es2023',
  lib: ['es2023'],
  module: 'nodenext',
  types: ['node'],
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  verbatimModuleSyntax: true,
  rewriteRelativeImportExtensions: true,
  declaration: true,
  declarationMap: true,
  sourceMap: true,
  rootDir: 'src',
  outDir: 'lib',
}

/**
 * Builds the package into a folder, which is emptied first. The folder must be inside the checkout, whose node_modules the
 * compiler reads.
 * @throws SwitchyardError `process-failed` with the compiler's messages
 */
export async function buildLibrary(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  const manifest = libraryManifest(JSON.parse(await readFile(join(root, 'package.json'), 'utf8')))
  await writeFile(join(folder, 'package.json'), `${JSON.stringify(manifest, undefined, 2)}\n`)
  await copyProtos(folder)
  // For editors of documents: `$schema=node_modules/switchyard/switchyard.schema.json`.
  await writeFile(join(folder, SCHEMA_FILE), publishedSchema())
  for (const room of ROOMS) await copySources(room, folder)
  await compileSources(folder)
  await keepCompiledSources(folder)
  await cp(join(root, 'packaging', 'README.md'), join(folder, 'README.md'))
  await cp(join(root, 'LICENSE'), join(folder, 'LICENSE'))
  // The Apache License as another package of its authors has it: the package with the protos lacks it.
  const apache = join(root, 'node_modules', '@grpc', 'grpc-js', 'LICENSE')
  await cp(apache, join(folder, 'protos', 'LICENSE'))
}

/** The modules of Envoy's API, without the services of our own. */
async function copyProtos(folder: string): Promise<void> {
  const generated = join(root, 'proto', 'gen')
  const ours = [join(generated, 'switchyard'), join(generated, '.stamp')]
  await cp(generated, join(folder, 'protos'), { recursive: true, filter: (path) => !ours.includes(path) })
}

/** The sources of a room without its tests. They are published too, because the maps refer to them. */
async function copySources(room: string, folder: string): Promise<void> {
  for (const name of await filesBelow(join(root, room))) {
    if (!name.endsWith('.ts') || name.endsWith('.test.ts')) continue
    const path = posix.join('src', room, name)
    const text = await readFile(join(root, room, name), 'utf8')
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), withOwnProtos(text, path))
  }
}

/** Imports the protos from the package itself. The path is the same for the compiled file, which is as deep as its source. */
function withOwnProtos(text: string, path: string): string {
  return text.replaceAll(`'@envoy/xds-protos/`, `'${posix.relative(posix.dirname(path), 'protos')}/`)
}

async function compileSources(folder: string): Promise<void> {
  const project = join(folder, 'tsconfig.json')
  await writeFile(
    project,
    JSON.stringify({ compilerOptions: COMPILER_OPTIONS, files: ['src/xds-server/index.ts'] }),
  )
  await compile(project, folder)
  await rm(project)
  for (const name of await filesBelow(join(folder, 'lib'))) {
    if (!name.endsWith('.d.ts')) continue
    // The compiler rewrites the extensions of imports in JavaScript only.
    const file = join(folder, 'lib', name)
    const text = await readFile(file, 'utf8')
    await writeFile(file, text.replaceAll(/(['"]\.{1,2}\/[^'"]*)\.ts(['"])/g, '$1.js$2'))
  }
}

/** Removes the sources that the library does not import. */
async function keepCompiledSources(folder: string): Promise<void> {
  const compiled = new Set(await filesBelow(join(folder, 'lib')))
  for (const name of await filesBelow(join(folder, 'src'))) {
    if (!compiled.has(name.replace(/\.ts$/, '.js'))) await rm(join(folder, 'src', name))
  }
}

/** Every file below a folder, by its path from there with forward slashes. */
async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => posix.relative(folder, posix.join(entry.parentPath, entry.name)))
    .sort()
}
