#!/usr/bin/env node
// Starts every program of the project: prepares the checkout on any Node from 20 on, then runs the program on Node 24.
// Plain JavaScript without dependencies, here and in `prepare/`, because a fresh clone has nothing installed.
import { existsSync, readdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findEnvoy } from '../envoy-bootstrap/find-envoy.js'
import { bundlePackages } from './prepare/bundles.js'
import { binFolder, buildTap, generateProtos, installPackages } from './prepare/checkout.js'
import { checkNodeVersion } from './prepare/node-version.js'
import { buildPage } from './prepare/page.js'
import { BENCH_AGAINST, PROGRAMS } from './prepare/programs.js'
import { report, step } from './prepare/report.js'
import { runInForeground } from './prepare/run-in-foreground.js'

const root = fileURLToPath(new URL('..', import.meta.url))

/** `--run NAME …` is for npm scripts. All other arguments go to `yard`. */
function chooseProgram(given) {
  if (given[0] !== '--run') {
    return { file: 'cli/yard.ts', args: given, envoy: startsEnvoys(given) ? 'required' : 'unused' }
  }
  const [, name = '', ...args] = given
  if (name === 'example') return { file: findExample(args[0]), args: args.slice(1) }
  const isComparison = name === 'bench' && args.some((arg) => /^--against(=|$)/.test(arg))
  if (isComparison) return { ...BENCH_AGAINST, args }
  if (Object.hasOwn(PROGRAMS, name)) {
    const { before = [], ...program } = PROGRAMS[name]
    return { ...program, args: [...before, ...args] }
  }
  const known = [...Object.keys(PROGRAMS), 'example'].join(', ')
  throw new Error(`--run: unknown program "${name}". Use one of: ${known}`)
}

function servesPage([verb]) {
  return ['demo', 'up', 'serve'].includes(verb)
}

/** A testbed whose fleets have gRPC clients only needs no Envoy. */
function startsEnvoys([verb, ...flags]) {
  if (verb === 'scenario') return flags[0] === 'run'
  if (verb !== 'up') return verb === 'demo'
  const sizes = flags.filter((flag) => /^[^-=][^=]*=\d+$|^--fleet=.*=\d+$/.test(flag))
  return sizes.length > 0 || !flags.some((flag) => flag.includes('=proxyless:'))
}

/** The program of an example. */
function findExample(name) {
  const names = readdirSync(join(root, 'examples')).filter((entry) =>
    existsSync(join(root, 'examples', entry, 'main.ts')),
  )
  if (names.includes(name)) return `examples/${name}/main.ts`
  const wrong = name === undefined ? 'the name is missing' : `unknown example "${name}"`
  throw new Error(`--run example: ${wrong}. Use one of: ${names.join(', ')}`)
}

/** Returns the environment in which the program finds Envoy, after fetching Envoy if it is missing. */
function locateEnvoy(need) {
  if (need === 'unused') return {}
  try {
    const { path } = step('Envoy found', () => findEnvoy({ log: report }))
    return { ENVOY_BIN: path }
  } catch (error) {
    if (error.code !== 'envoy-not-found' || need === 'required') throw error
    report(`${error.message}\nContinuing without it: tests that need Envoy cannot run.`)
    return {}
  }
}

try {
  checkNodeVersion(process.versions.node)
  const { file, args, envoy = 'unused', tap = false, bundles = false } = chooseProgram(process.argv.slice(2))
  installPackages(root)
  generateProtos(root)
  if (tap) buildTap(root)
  if (tap || servesPage(process.argv.slice(2))) buildPage(root)
  const bin = binFolder(root)
  const env = {
    // The program and all processes that it starts find compiled code on disk, which saves a third of their start.
    NODE_COMPILE_CACHE: join(root, 'node_modules', '.switchyard', 'compile-cache'),
    ...process.env,
    ...locateEnvoy(envoy),
    ...(bundles && bundlePackages(root, process.env)),
    PATH: [bin, process.env.PATH].join(delimiter),
  }
  process.exitCode = await runInForeground(join(bin, 'node'), [join(root, file), ...args], env)
} catch (error) {
  report(error.message)
  process.exitCode = 1
}
