// Builds the live page that the control plane serves, if its sources have changed. npm's `prepare` runs this file as a program.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { binFolder, runsTypeScript } from './checkout.js'
import { report, step } from './report.js'

const BUILDER = 'web/live/build.ts'
/** What the page is made of: itself, the client of REST with what that imports, and the packages. */
const SOURCES = ['web/live', 'api', 'core', 'package-lock.json']
const BUILT = 'web/live/dist'

/** Without the page everything else works, so a failure is reported and ends nothing. */
export function buildPage(root) {
  if (!existsSync(join(root, BUILDER)) || !runsTypeScript(root)) return
  const stamp = join(root, 'node_modules', '.switchyard', 'page')
  const sources = hashOf(root)
  const isCurrent = () => existsSync(stamp) && readFileSync(stamp, 'utf8') === sources
  if (isCurrent() && existsSync(join(root, BUILT, 'index.html'))) return
  try {
    step('live page built', () => run(root))
  } catch (error) {
    report(`${error.message}\nContinuing without the live page: "npm run build:page" tries again.`)
    return
  }
  mkdirSync(dirname(stamp), { recursive: true })
  writeFileSync(stamp, sources)
}

function hashOf(root) {
  const hash = createHash('sha256')
  for (const source of SOURCES.flatMap((path) => filesIn(root, path))) {
    hash.update(`${source}\n`).update(readFileSync(join(root, source)))
  }
  return hash.digest('hex')
}

/** By path from the root, in a fixed order; tests and what was built are left out. */
function filesIn(root, path) {
  if (path === BUILT || /\.test\.tsx?$/.test(path) || !existsSync(join(root, path))) return []
  try {
    const names = readdirSync(join(root, path)).sort()
    return names.flatMap((name) => filesIn(root, `${path}/${name}`))
  } catch (error) {
    if (error.code !== 'ENOTDIR') throw error
    return [path]
  }
}

/** Its output is progress, so it goes to standard error. */
function run(root) {
  const { error, status, signal } = spawnSync(join(binFolder(root), 'node'), [BUILDER], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  })
  if (error) throw error
  if (status !== 0) throw new Error(`"node ${BUILDER}" exited with ${signal ?? status}`)
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  buildPage(fileURLToPath(new URL('../..', import.meta.url)))
