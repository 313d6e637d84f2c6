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
import { report, step } from './prepare/report.js'
import { runInForeground } from './prepare/run-in-foreground.js'

const root = fileURLToPath(new URL('..', import.meta.url))

const BENCHMARKS = {
  bench: 'bench/bench.ts',
  'bench:push': 'bench/push.ts',
  'bench:propagation': 'bench/propagation.ts',
  'bench:rollout': 'bench/rollout.ts',
  'bench:scale': 'bench/scale.ts',
  'bench:proxyless': 'bench/proxyless.ts',
  'bench:load': 'bench/load-reports.ts',
  'bench:authz': 'bench/authz.ts',
  'bench:callers': 'bench/callers.ts',
}

/** `--run NAME …` is for npm scripts, with the names below. All other arguments go to `yard`. */
function chooseProgram(given) {
  if (given[0] !== '--run') {
    const envoy = startsEnvoys(given) ? 'required' : 'unused'
    return { file: 'cli/yard.ts', args: given, envoy, tap: false }
  }
  const [, name = '', ...args] = given
  if (name === 'test')
    return { file: 'test/support/run-suites.ts', args, envoy: 'wanted', tap: true, bundles: true }
  if (name === 'test:unit') {
    const unit = ['--unit', ...args]
    return { file: 'test/support/run-suites.ts', args: unit, envoy: 'unused', tap: true, bundles: true }
  }
  if (name === 'test:proxyless') {
    return { file: 'test/proxyless/main.ts', args, envoy: 'unused', tap: false }
  }
  if (name === 'test:kubernetes') {
    return { file: 'test/kubernetes/apply-manifests.ts', args, envoy: 'unused', tap: false }
  }
  if (name === 'test:dashboards') {
    return { file: 'test/dashboards/check-strictly.ts', args, envoy: 'unused', tap: false }
  }
  if (name === 'test:rounds')
    return { file: 'test/rounds/main.ts', args, envoy: 'wanted', tap: true, bundles: true }
  if (name === 'mutants') return { file: 'test/mutation/main.ts', args, envoy: 'unused', tap: true }
  if (name === 'model') return { file: 'test/conformance/model/main.ts', args, envoy: 'unused', tap: false }
  if (name === 'golden') return { file: 'test/golden/regenerate.ts', args, envoy: 'unused', tap: false }
  if (name === 'docs') return { file: 'test/house/write-docs.ts', args, envoy: 'unused', tap: false }
  if (name === 'test:documents') {
    return { file: 'test/documents/main.ts', args, envoy: 'required', tap: false }
  }
  if (name === 'docs:switches') return { file: 'test/switches/main.ts', args, envoy: 'required', tap: true }
  if (name === 'docs:api') return { file: 'packaging/write-reference.ts', args, envoy: 'unused', tap: false }
  if (name === 'build:library') return { file: 'packaging/build.ts', args, envoy: 'unused', tap: false }
  if (name === 'build:page') return { file: 'web/live/build.ts', args, envoy: 'unused', tap: false }
  if (name === 'example:web') {
    return { file: 'web/grpc-web-example/main.ts', args, envoy: 'required', tap: false }
  }
  if (name === 'example') {
    const [example, ...flags] = args
    return { file: findExample(example), args: flags, envoy: 'unused', tap: false }
  }
  if (name === 'bench' && args.some((arg) => /^--against(=|$)/.test(arg))) {
    return { file: 'bench/against.ts', args, envoy: 'unused', tap: false }
  }
  if (name in BENCHMARKS) {
    const envoy = ['bench:push', 'bench:rollout', 'bench:scale', 'bench:load'].includes(name)
      ? 'unused'
      : 'required'
    return { file: BENCHMARKS[name], args, envoy, tap: false }
  }
  const known = [
    'test',
    'test:unit',
    'test:proxyless',
    'test:kubernetes',
    'test:dashboards',
    'test:documents',
    'test:rounds',
    'mutants',
    'model',
    'golden',
    'docs',
    'docs:api',
    'docs:switches',
    'build:library',
    'example',
    'example:web',
    'build:page',
    ...Object.keys(BENCHMARKS),
  ]
  throw new Error(`--run: unknown program "${name}". Use one of: ${known.join(', ')}`)
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
  const { file, args, envoy, tap, bundles = false } = chooseProgram(process.argv.slice(2))
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
