// Makes a checkout ready to run: packages, protos, and tap with our plugins. Each is done again only when it has to be.
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
 * Installs the packages of package-lock.json, development's included, unless that very file was installed before.
 * By `npm install` and not `npm ci`: the lock file names only those platform packages that the machine which wrote
 * it could see, `npm ci` refuses such a file on every other, and it would empty a node_modules that is in use.
 */
export function installPackages(root) {
  const stamp = stampOf(root, 'packages', ['package-lock.json'])
  if (stamp.matches() && existsSync(join(binFolder(root), 'node'))) return
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error']
  report('… installing packages')
  step('packages installed', () => {
    run(root, 'npm', ['install', '--no-save', '--include=dev', ...quiet])
    if (!runsTypeScript(root)) {
      // Where npm is told to ignore scripts, the package `node` has not fetched its binary yet.
      run(root, 'npm', ['rebuild', 'node', '--ignore-scripts=false', ...quiet])
    }
  })
  if (!runsTypeScript(root)) {
    throw new Error(
      'Node 24 is not below node_modules: the install script of the package "node" did not run, or has no binary\n' +
        `for ${process.platform} ${process.arch}. Try: npm rebuild node --ignore-scripts=false`,
    )
  }
  stamp.write()
}

/** Generates @envoy/xds-protos; the generator itself sees whether there is something to do. */
export function generateProtos(root) {
  step('protos generated', () => run(root, process.execPath, ['proto/generate.js']))
}

/** Builds tap's test class for the plugins of .taprc: without it the first test run would still compile TypeScript. */
export function buildTap(root) {
  const stamp = stampOf(root, 'tap', ['.taprc', 'package-lock.json'])
  if (stamp.matches()) return
  const tap = join('node_modules', 'tap', 'dist', 'esm', 'run.mjs')
  step('tap built with its plugins', () => run(root, join(binFolder(root), 'node'), [tap, 'build']))
  stamp.write()
}

function runsTypeScript(root) {
  const { stdout } = spawnSync(join(binFolder(root), 'node'), ['--version'], { encoding: 'utf8' })
  return Number.parseInt(stdout?.slice(1), 10) >= 24
}

/** A note inside node_modules of the files that a piece of work was done for: it goes when node_modules goes. */
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

/** Runs a command to its end; all that it prints is progress, so it goes to standard error. */
function run(root, command, args) {
  const { error, status, signal } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2] })
  if (error) throw error
  if (status !== 0) throw new Error(`"${command} ${args.join(' ')}" ended with ${signal ?? status}`)
}
