// Packages that are installed into `.tools/` on first use: the tools of this folder, and older Nodes for tests.

import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { cp, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { run } from './run.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const cache = join(root, '.tools')
const TOOLS = join(root, 'packaging', 'tools')
const QUIET = ['--no-audit', '--no-fund', '--loglevel=error']

/** The commands that `packaging/tools/package.json` installs, with the file that Node runs. */
const COMMANDS = {
  'api-extractor': '@microsoft/api-extractor/bin/api-extractor',
  attw: '@arethetypeswrong/cli/dist/index.js',
  publint: 'publint/src/cli.js',
  tsc: 'typescript/bin/tsc',
  typedoc: 'typedoc/bin/typedoc',
} as const

/**
 * Runs a tool in a folder, and returns its standard output.
 * @throws SwitchyardError `process-failed` with its output, if it finds problems
 */
export async function runTool(
  name: keyof typeof COMMANDS,
  args: readonly string[],
  cwd: string,
): Promise<string> {
  const lock = await readFile(join(TOOLS, 'package-lock.json'))
  const version = createHash('sha256').update(lock).digest('hex').slice(0, 12)
  const folder = await installOnce(`packaging-${version}`, async (fresh) => {
    await cp(TOOLS, fresh, { recursive: true })
    await run('npm', ['ci', '--include=dev', ...QUIET], { cwd: fresh })
  })
  return await run(process.execPath, [join(folder, 'node_modules', COMMANDS[name]), ...args], { cwd })
}

/** Returns the path of a Node of that version, such as `20.12.0`. */
export async function findNode(version: string): Promise<string> {
  const folder = await installOnce(`node-${version}`, async (fresh) => {
    // npm asks for consent to install scripts; this package's fetches the binary.
    const manifest = { private: true, allowScripts: { node: true } }
    await writeFile(join(fresh, 'package.json'), JSON.stringify(manifest))
    await run('npm', ['install', `node@${version}`, '--ignore-scripts=false', ...QUIET], { cwd: fresh })
  })
  return join(folder, 'node_modules', 'node', 'bin', 'node')
}

/** Several processes may install the same at once: each does so in a folder of its own, and the first one stays. */
async function installOnce(name: string, install: (fresh: string) => Promise<void>): Promise<string> {
  const folder = join(cache, name)
  if (existsSync(folder)) return folder
  await mkdir(cache, { recursive: true })
  const fresh = await mkdtemp(join(cache, `${name}-`))
  try {
    await install(fresh)
    await rename(fresh, folder)
  } catch (error) {
    await rm(fresh, { recursive: true, force: true })
    if (!existsSync(folder)) throw error
  }
  return folder
}
