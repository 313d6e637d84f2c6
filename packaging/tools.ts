// The tools that check and document the package, and older Nodes for tests. They are installed into `.tools/` on first use.

import { createHash } from 'node:crypto'
import { cp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { installOnce } from './install-once.ts'
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
  const folder = await installOnce(join(cache, `packaging-${version}`), async (fresh) => {
    await cp(TOOLS, fresh, { recursive: true })
    await run('npm', ['ci', '--include=dev', ...QUIET], { cwd: fresh })
  })
  return await run(process.execPath, [join(folder, 'node_modules', COMMANDS[name]), ...args], { cwd })
}

/** Returns the path of a Node of that version, such as `20.12.0`. */
export async function findNode(version: string): Promise<string> {
  const folder = await installOnce(join(cache, `node-${version}`), async (fresh) => {
    // npm asks for consent to install scripts; this package's fetches the binary.
    const manifest = { private: true, allowScripts: { node: true } }
    await writeFile(join(fresh, 'package.json'), JSON.stringify(manifest))
    await run('npm', ['install', `node@${version}`, '--ignore-scripts=false', ...QUIET], { cwd: fresh })
  })
  return join(folder, 'node_modules', 'node', 'bin', 'node')
}
