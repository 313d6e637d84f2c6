// Prepares a checkout to run: packages, protos, and tap with our plugins. Each step repeats only when its input changed.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { report, step } from './report.js'

/** Where npm links the commands of the installed packages, Node 24 among them. */
export function binFolder(root) {
  return join(root, 'node_modules', '.bin')
}

/**
 * Installs the packages of package-lock.json, development packages included, unless that very file is installed.
 *
 * Without a usable node_modules: `npm ci`, which installs exactly the lock file and rejects one that does not match
 * package.json. But `npm ci` deletes node_modules first, and a program of this checkout may be running in another
 * terminal. So if Node is installed and only the lock file has changed, `npm install` changes what differs.
 */
export function installPackages(root) {
  const stamp = stampOf(root, 'packages', ['package-lock.json'])
  const isUsable = existsSync(join(binFolder(root), 'node'))
  if (stamp.matches() && isUsable) return
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error']
  report('… installing packages')
  step('packages installed', () => {
    const command = isUsable ? ['install', '--no-save'] : ['ci']
    run(root, 'npm', [...command, '--include=dev', ...quiet])
    if (!runsTypeScript(root)) {
      // If npm is configured to ignore install scripts, the package `node` has not fetched its binary yet.
      run(root, 'npm', ['rebuild', 'node', '--ignore-scripts=false', ...quiet])
    }
  })
  if (!runsTypeScript(root)) {
    throw new Error(
      'Node 24 is missing from node_modules: the install script of the package "node" did not run, or the package has\n' +
        `no binary for ${process.platform} ${process.arch}. Try: npm rebuild node --ignore-scripts=false`,
    )
  }
  stamp.write()
}

/** Generates @envoy/xds-protos. The generator itself decides whether it has work. */
export function generateProtos(root) {
  const file = join(root, 'proto', 'gen', '.stamp')
  const readStamp = () => (existsSync(file) ? readFileSync(file, 'utf8') : undefined)
  const before = readStamp()
  step(
    'protos generated',
    () => run(root, process.execPath, ['proto/generate.js']),
    () => readStamp() !== before,
  )
}

/** Builds tap's test class for the plugins of .taprc. Without it, the first test run compiles TypeScript. */
export function buildTap(root) {
  const stamp = stampOf(root, 'tap', ['.taprc', 'package-lock.json'])
  if (stamp.matches()) return
  const tap = join('node_modules', 'tap', 'dist', 'esm', 'run.mjs')
  step('tap built with its plugins', () => run(root, join(binFolder(root), 'node'), [tap, 'build']))
  stamp.write()
}

/** Whether npm has installed the Node that runs the programs. */
export function runsTypeScript(root) {
  const { stdout } = spawnSync(join(binFolder(root), 'node'), ['--version'], { encoding: 'utf8' })
  return Number.parseInt(stdout?.slice(1), 10) >= 24
}

/** Records the input files of a step inside node_modules, so that deleting node_modules also deletes the record. */
function stampOf(root, name, files) {
  const file = join(root, 'node_modules', '.switchyard', name)
  const hash = createHash('sha256')
  for (const source of files) hash.update(readFileSync(join(root, source)))
  const content = hash.digest('hex')
  return {
    matches: () => existsSync(file) && readFileSync(file, 'utf8') === content,
    write() {
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, content)
    },
  }
}

/** Runs a command and waits for it. Its output is progress, so it goes to standard error. */
function run(root, command, args) {
  const { error, status, signal } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2] })
  if (error) throw error
  if (status !== 0) throw new Error(`"${command} ${args.join(' ')}" exited with ${signal ?? status}`)
}
