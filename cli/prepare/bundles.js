// Bundles packages for runs of tests: to load a package of hundreds of small modules is most of the start of a small process, and a run
// of all tests starts a thousand of them. `SWITCHYARD_BUNDLES=none` loads the packages as they are installed.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, rmSync, statSync, utimesSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { binFolder } from './checkout.js'
import { report, step } from './report.js'

const WRITER = 'cli/prepare/write-bundles.js'
/** What the bundles are made of, and by. tap is built with the plugins of .taprc. */
const INPUTS = ['package-lock.json', '.taprc', WRITER, 'cli/prepare/bundled-packages.js']
const PREFIX = 'bundles-'
/** A run that still loads bundles has begun within a day. */
const KEPT_MS = 24 * 60 * 60 * 1000

/**
 * Without bundles everything works, so a failure is reported and ends nothing.
 *
 * @returns the environment in which Node loads the bundles
 */
export function bundlePackages(root, env) {
  if (env.SWITCHYARD_BUNDLES === 'none' || !existsSync(join(root, 'node_modules', 'vite'))) return {}
  const folder = join(root, 'node_modules', '.switchyard', `${PREFIX}${hashOf(root)}`)
  if (!existsSync(folder)) {
    const { error, status } = step('packages bundled', () => write(root, folder))
    if (!existsSync(folder)) {
      report(`"node ${WRITER}" exited with ${error?.message ?? status}\nContinuing without bundles.`)
      return {}
    }
  }
  keepOnly(folder)
  const hook = `${pathToFileURL(join(root, 'cli/prepare/use-bundles.js')).href}?${pathToFileURL(folder).href}`
  return { NODE_OPTIONS: [env.NODE_OPTIONS, `--import=${hook}`].filter(Boolean).join(' ') }
}

/** A folder of bundles names its checkout's files, so a copy of a checkout has others. */
function hashOf(root) {
  const hash = createHash('sha256').update(root)
  for (const name of INPUTS) hash.update(readFileSync(join(root, name)))
  return hash.digest('hex').slice(0, 16)
}

/** Notes that the bundles are used, and removes those that no run has used for a day. */
function keepOnly(folder) {
  try {
    utimesSync(folder, new Date(), new Date())
    for (const name of readdirSync(dirname(folder))) {
      const path = join(dirname(folder), name)
      const isOld = name.startsWith(PREFIX) && Date.now() - statSync(path).mtimeMs > KEPT_MS
      if (isOld) rmSync(path, { recursive: true, force: true })
    }
  } catch (error) {
    // A checkout that cannot be written keeps what it has.
    report(`${basename(folder)} stays beside older ones: ${error.message}`)
  }
}

/** Its output is progress, so it goes to standard error. */
function write(root, folder) {
  return spawnSync(join(binFolder(root), 'node'), [WRITER, folder], { cwd: root, stdio: ['ignore', 2, 2] })
}
