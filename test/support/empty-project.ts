// A project of a user, outside of the checkout, in which a packed library is installed.

import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { stripTypeScriptTypes } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { compile } from '../../packaging/compile.ts'
import { run } from '../../packaging/run.ts'
import { runTool } from '../../packaging/tools.ts'
import type { Teardown } from './xds-client.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
/** The example that the project holds, and what it imports. */
const SOURCES = ['first-control-plane/main.ts', 'resources.ts']

/** How a project uses the library. */
export type Kind = 'JavaScript' | 'TypeScript with nodenext' | 'TypeScript with bundler'

/** `skipLibCheck` is off by default. */
const STRICT = {
  target: 'es2022',
  types: ['node'],
  strict: true,
  exactOptionalPropertyTypes: true,
  outDir: 'out',
}
const COMPILER_OPTIONS: Readonly<Record<Exclude<Kind, 'JavaScript'>, object>> = {
  'TypeScript with nodenext': { ...STRICT, module: 'nodenext', rewriteRelativeImportExtensions: true },
  'TypeScript with bundler': {
    ...STRICT,
    module: 'esnext',
    moduleResolution: 'bundler',
    rewriteRelativeImportExtensions: true,
  },
}

/**
 * Makes an empty project, installs a tarball in it as a user would, and adds the first example. TypeScript 7 compiles it for
 * `nodenext` and TypeScript 6 for `bundler`. Both check the declarations of the library too.
 * @returns the path of the program that Node runs
 */
export async function installInto(t: Teardown, kind: Kind, tarball: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'switchyard-user-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  await writeFile(join(folder, 'package.json'), '{ "private": true, "type": "module" }')
  const wanted = [tarball, '@bufbuild/protobuf', ...(kind === 'JavaScript' ? [] : ['@types/node@20'])]
  await run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', '--engine-strict', ...wanted], {
    cwd: folder,
  })
  if (kind === 'JavaScript') return await addJavaScript(folder)
  for (const name of SOURCES) await cp(join(root, 'examples', name), join(folder, name))
  await writeFile(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ compilerOptions: COMPILER_OPTIONS[kind], include: SOURCES }),
  )
  if (kind === 'TypeScript with nodenext') await compile(folder, folder)
  else await runTool('tsc', ['--project', folder], folder)
  return join(folder, 'out', 'first-control-plane', 'main.js')
}

/** The example without its types. */
async function addJavaScript(folder: string): Promise<string> {
  await mkdir(join(folder, 'first-control-plane'))
  for (const name of SOURCES) {
    const text = stripTypeScriptTypes(await readFile(join(root, 'examples', name), 'utf8'))
    const script = text.replaceAll(/(from '\.[^']*)\.ts'/g, "$1.js'")
    await writeFile(join(folder, name.replace(/\.ts$/, '.js')), script)
  }
  return join(folder, 'first-control-plane', 'main.js')
}
