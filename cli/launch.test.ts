// The launcher in a fake checkout: what it prepares and when, which program it starts, and how both end.
import { once } from 'node:events'
import { mkdirSync, readdirSync, rmSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import t, { type Test } from 'tap'
import { FakeCheckout } from '../test/support/fake-checkout.ts'
import { repeatUntil } from '../test/support/repeat-until.ts'
import { testFolder } from '../test/support/test-folder.ts'

const CLEAN_INSTALL = 'npm ci --include=dev --no-audit --no-fund --loglevel=error'
const UPDATE = 'npm install --no-save --include=dev --no-audit --no-fund --loglevel=error'
const REBUILD = 'npm rebuild node --ignore-scripts=false --no-audit --no-fund --loglevel=error'

const makeCheckout = (t: Test) => new FakeCheckout(testFolder(t))

t.test(
  'the first start installs exactly the lock file, generates, and reports progress on standard error',
  async (t) => {
    const checkout = makeCheckout(t)
    const { code, stdout, stderr } = await checkout.launch(['status', '--json'])
    t.equal(code, 0)
    t.strictSame(checkout.calls(), [CLEAN_INSTALL, 'generate'])
    t.match(stderr, '… installing packages')
    const cache = join(checkout.root, 'node_modules/.switchyard/compile-cache')
    t.strictSame(
      JSON.parse(stdout),
      { args: ['status', '--json'], cache },
      'standard output belongs to the program',
    )
  },
)

t.test('the second start installs nothing', async (t) => {
  const checkout = makeCheckout(t)
  await checkout.launch([])
  checkout.calls()
  const { code, stderr } = await checkout.launch([])
  t.equal(code, 0)
  t.notMatch(stderr, /install/)
  t.strictSame(checkout.calls(), ['generate'], 'the generator itself decides whether it has work')
})

/** A generator that takes longer than a step without a line. */
const SLOW_GENERATOR = `import { mkdirSync, writeFileSync } from 'node:fs'
Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 600)
mkdirSync('proto/gen', { recursive: true })
writeFileSync('proto/gen/.stamp', process.env.SOURCES)
`

t.test('"generated" is printed when protos were generated, and not when the check was slow', async (t) => {
  const checkout = makeCheckout(t)
  checkout.write('proto/generate.js', SLOW_GENERATOR)
  const generate = async (SOURCES: string) => (await checkout.launch([], { SOURCES })).stderr
  t.match(await generate('one'), '✔ protos generated')
  t.equal(await generate('one'), '')
  t.match(await generate('two'), '✔ protos generated')
})

t.test(
  'a lock file that has changed updates node_modules in place, where a program may be running',
  async (t) => {
    const checkout = makeCheckout(t)
    await checkout.launch([])
    checkout.calls()
    checkout.write('package-lock.json', '[]')
    await checkout.launch([])
    t.strictSame(checkout.calls(), [UPDATE, 'generate'])
  },
)

const PAGE_BUILDER = `import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs'
appendFileSync('calls.log', 'page\\n')
if (process.env.PAGE_FAILS) process.exit(1)
mkdirSync('web/live/dist', { recursive: true })
writeFileSync('web/live/dist/index.html', '')
`

t.test('the live page is built when its sources have changed, for verbs that serve it', async (t) => {
  const checkout = makeCheckout(t)
  checkout.write('web/live/build.ts', PAGE_BUILDER)
  checkout.write('web/live/page/main.tsx', 'one')
  const builds = async (args: readonly string[], env: NodeJS.ProcessEnv = {}) => {
    t.equal((await checkout.launch(args, env)).code, 0)
    return checkout.calls().includes('page')
  }
  t.equal(await builds(['status']), false)
  t.equal(await builds(['serve'], { PAGE_FAILS: '1' }), true, 'a failure ends nothing')
  t.equal(await builds(['serve']), true, 'the next start tries again')
  t.equal(await builds(['serve']), false)
  checkout.write('web/live/page/main.tsx', 'two')
  t.equal(await builds(['--run', 'test']), true)
  checkout.write('web/live/page/main.test.ts', 'a test')
  t.equal(await builds(['serve']), false)
  rmSync(`${checkout.root}/web/live/dist`, { recursive: true })
  t.equal(await builds(['serve']), true)
})

t.test('a node_modules without its Node, which no program can use, is installed from scratch', async (t) => {
  const checkout = makeCheckout(t)
  await checkout.launch([])
  checkout.calls()
  rmSync(`${checkout.root}/node_modules/.bin/node`)
  await checkout.launch([])
  t.strictSame(checkout.calls(), [CLEAN_INSTALL, 'generate'])
})

t.test('the launcher fetches Node 24 even if npm is configured to ignore install scripts', async (t) => {
  const checkout = makeCheckout(t)
  t.match(await checkout.launch(['x'], { NPM_IGNORES_SCRIPTS: '1' }), { code: 0, stdout: /"x"/ })
  t.strictSame(checkout.calls(), [CLEAN_INSTALL, REBUILD, 'generate'])
})

t.test('a failed installation ends the launcher, and the next start tries again', async (t) => {
  const checkout = makeCheckout(t)
  const { code, stdout, stderr } = await checkout.launch([], { NPM_FAILS: '1' })
  t.equal(code, 1)
  t.equal(stdout, '')
  t.match(stderr, /^"npm ci .*" exited with 3$/m)
  checkout.calls()
  t.equal((await checkout.launch([])).code, 0)
  t.strictSame(checkout.calls(), [CLEAN_INSTALL, 'generate'])
})

t.test('the launcher exits with the exit code of its program', async (t) => {
  t.equal((await makeCheckout(t).launch([], { YARD_EXIT: '7' })).code, 7)
})

t.test('the launcher exits with 128 plus the signal number if a signal ended its program', async (t) => {
  const checkout = makeCheckout(t)
  checkout.write('cli/yard.ts', `process.kill(process.pid, 'SIGKILL')`)
  t.equal((await checkout.launch([])).code, 128 + 9)
})

t.test('on a Node that is too old, the launcher says what to install and does nothing else', async (t) => {
  const checkout = makeCheckout(t)
  const pretend = `Object.defineProperty(process, 'versions', { value: { node: '18.19.0' } })`
  const NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(pretend)}`
  const { code, stderr } = await checkout.launch([], { NODE_OPTIONS })
  t.equal(code, 1)
  t.match(
    stderr,
    /^Switchyard needs Node 20 or newer to start; this is Node 18\.19\.0\.\n.*https:\/\/nodejs\.org\//,
  )
  t.strictSame(checkout.calls(), [])
})

t.test(
  'the launcher starts the example of a name, and lists the names if it is unknown or missing',
  async (t) => {
    const checkout = makeCheckout(t)
    checkout.write('examples/first/main.ts', 'console.log(JSON.stringify(process.argv.slice(2)))')
    checkout.write('examples/files-only/README.md', '')
    t.match(await checkout.launch(['--run', 'example', 'first', '-x']), { code: 0, stdout: '["-x"]\n' })
    t.match(await checkout.launch(['--run', 'example', 'second']), {
      code: 1,
      stdout: '',
      stderr: '--run example: unknown example "second". Use one of: first\n',
    })
    t.match(await checkout.launch(['--run', 'example']), {
      code: 1,
      stderr: '--run example: the name is missing. Use one of: first\n',
    })
  },
)

t.test('a benchmark against another commit needs no Envoy, and the whole benchmark needs one', async (t) => {
  const checkout = makeCheckout(t)
  for (const file of ['against', 'bench']) {
    checkout.write(
      `bench/${file}.ts`,
      `console.log('${file}', process.argv.slice(2).join(), process.env.ENVOY_BIN !== undefined)`,
    )
  }
  const bench = async (...args: string[]) => (await checkout.launch(['--run', 'bench', ...args])).stdout
  t.equal(await bench('--full'), 'bench --full true\n')
  t.equal(await bench('--against', 'main'), 'against --against,main false\n')
  t.equal(await bench('--against=main'), 'against --against=main false\n')
})

t.test('an unknown program name is an error that lists the known ones', async (t) => {
  const { code, stderr } = await makeCheckout(t).launch(['--run', 'nonsense'])
  t.equal(code, 1)
  t.match(
    stderr,
    /^--run: unknown program "nonsense"\. Use one of: test, test:unit, .*mutants, .*bench, .*\n$/,
  )
})

t.test('Envoy', async (t) => {
  t.test('is looked up only for programs that start one', async (t) => {
    const checkout = makeCheckout(t)
    const path = `${checkout.root}/bin/envoy`
    for (const [args, envoy] of [
      [['demo'], path],
      [['up', '--json'], path],
      [['up', '--fleet', 'clients=proxyless:node', '--fleet', 'edge=1'], path],
      [['up', '--fleet', 'clients=proxyless:node'], undefined],
      [['scenario', 'run', 'grpc-security'], path],
      [['scenario', 'list'], undefined],
      [['--run', 'test'], path],
      [['status'], undefined],
    ] as const) {
      t.equal(JSON.parse((await checkout.launch(args)).stdout).envoy, envoy, args.join(' '))
    }
  })

  const missing = { ENVOY_BIN: 'nowhere' }

  t.test('that is missing ends the demonstration with a message about what to install', async (t) => {
    const { code, stdout, stderr } = await makeCheckout(t).launch(['demo'], missing)
    t.match({ code, stdout }, { code: 1, stdout: '' })
    t.match(stderr, 'ENVOY_BIN=/path/to/envoy')
  })

  t.test('that is missing does not stop the tests that need none', async (t) => {
    const { code, stderr } = await makeCheckout(t).launch(['--run', 'test'], missing)
    t.equal(code, 0)
    t.match(stderr, 'tests that need Envoy cannot run')
  })
})

t.test('tap is built with the plugins of .taprc, and again when .taprc changes', async (t) => {
  const checkout = makeCheckout(t)
  const test = ['--run', 'test', 'test/x.test.ts']
  const { stdout } = await checkout.launch(test)
  t.match(JSON.parse(stdout).args, ['test/x.test.ts'])
  t.strictSame(checkout.calls(), [CLEAN_INSTALL, 'generate', 'tap build'])
  await checkout.launch(test)
  t.strictSame(checkout.calls(), ['generate'])
  checkout.write('.taprc', 'jobs: 1')
  await checkout.launch(test)
  t.strictSame(checkout.calls(), ['generate', 'tap build'])
})

/** Bundles the package `words`, and logs that it did. */
const BUNDLER = `import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
const [, , folder] = process.argv
appendFileSync('calls.log', 'bundle\\n')
if (process.env.BUNDLER_FAILS) process.exit(1)
mkdirSync(folder)
writeFileSync(join(folder, 'words.mjs'), 'export default "bundled"')
writeFileSync(join(folder, 'table.json'), JSON.stringify({ words: { from: import.meta.resolve('words'), to: 'words.mjs' } }))
`

/** Imports `words` itself, and by a package with a `words` of its own. */
const IMPORTER = `import words from 'words'
import nested from 'nested'
import { createRequire } from 'node:module'
console.log(JSON.stringify([words, nested, createRequire(import.meta.url)('words').default]))
`

/** A checkout with a package to bundle. */
function makeBundling(root: string): FakeCheckout {
  const checkout = new FakeCheckout(root)
  const MANIFEST = '{ "type": "module", "exports": "./index.js" }'
  for (const [folder, text] of [
    ['vite', ''],
    ['words', `export default 'installed'`],
    ['nested', `export { default } from 'words'`],
    ['nested/node_modules/words', `export default 'of its own'`],
  ]) {
    checkout.write(`node_modules/${folder}/package.json`, MANIFEST)
    checkout.write(`node_modules/${folder}/index.js`, text ?? '')
  }
  checkout.write('cli/prepare/write-bundles.js', BUNDLER)
  return checkout
}

t.test('packages are bundled for tests, once, and nothing else is led to a bundle', async (t) => {
  const checkout = makeBundling(testFolder(t))
  for (const program of ['test/support/run-suites.ts', 'test/rounds/main.ts', 'cli/yard.ts']) {
    checkout.write(program, IMPORTER)
  }
  const imported = async (args: readonly string[], env: NodeJS.ProcessEnv = {}) => {
    const { stdout } = await checkout.launch(args, env)
    return { words: JSON.parse(stdout), bundles: checkout.calls().includes('bundle') }
  }
  const installed = ['installed', 'of its own', 'installed']
  const bundled = ['bundled', 'of its own', 'installed']
  const test = ['--run', 'test']
  t.strictSame(await imported(['status']), { words: installed, bundles: false })
  t.strictSame(await imported(test, { BUNDLER_FAILS: '1' }), { words: installed, bundles: true })
  t.strictSame(await imported(test), { words: bundled, bundles: true })
  t.strictSame(await imported(test), { words: bundled, bundles: false })
  t.strictSame(await imported(['--run', 'test:rounds']), { words: bundled, bundles: false })
  t.strictSame(await imported(test, { SWITCHYARD_BUNDLES: 'none' }), { words: installed, bundles: false })
  checkout.write('package-lock.json', '[]')
  t.strictSame(await imported(['--run', 'test:unit']), { words: bundled, bundles: true })
})

t.test('bundles are of one checkout, and those that no run has used for a day are removed', async (t) => {
  const both = testFolder(t)
  const [checkout, copy] = [makeBundling(join(both, 'checkout')), makeBundling(join(both, 'copy'))]
  const launchedIn = async (one = checkout) => {
    await one.launch(['--run', 'test'])
    const folder = join(one.root, 'node_modules/.switchyard')
    return { folder, bundles: readdirSync(folder).filter((name) => name.startsWith('bundles-')) }
  }
  const { folder, bundles } = await launchedIn()
  t.equal(bundles.length, 1)
  t.strictNotSame((await launchedIn(copy)).bundles, bundles, 'a bundle names files of its checkout')
  const [own = ''] = bundles
  const twoDaysAgo = Date.now() / 1000 - 2 * 86_400
  for (const name of ['bundles-old', 'bundles-recent']) mkdirSync(join(folder, name))
  for (const name of [own, 'bundles-old']) utimesSync(join(folder, name), twoDaysAgo, twoDaysAgo)
  t.strictSame((await launchedIn()).bundles.toSorted(), [own, 'bundles-recent'].toSorted())
})

/** Prints when it is ready, then the signals it has received so far; exits on SIGTERM. */
const LASTING = `
const received = []
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => {
  received.push(signal)
  console.log(received.join(' '))
  if (signal === 'SIGTERM') process.exit(7)
})
setInterval(() => {}, 1000)
console.log('ready')
`

/** The launcher with that program, and the lines the program prints. */
async function startLasting(t: Test) {
  const checkout = makeCheckout(t)
  checkout.write('cli/yard.ts', LASTING)
  const launcher = checkout.start([])
  t.teardown(() => launcher.kill('SIGTERM'))
  // Their standard output closes when both have ended. Wait for it in the test: tap removes the checkout before it calls teardowns.
  const closed = once(launcher, 'close')
  const lines = createInterface({ input: launcher.stdout })[Symbol.asyncIterator]()
  t.equal((await lines.next()).value, 'ready')
  return { launcher, lines, closed }
}

t.test('Ctrl-C reaches the program, and the launcher stays until the program has ended', async (t) => {
  const { launcher, lines, closed } = await startLasting(t)
  launcher.kill('SIGINT')
  t.equal((await lines.next()).value, 'SIGINT')
  t.equal(launcher.exitCode ?? launcher.signalCode, null)
  launcher.kill('SIGTERM')
  t.equal((await lines.next()).value, 'SIGINT SIGTERM')
  t.strictSame(await closed, [7, null])
})

t.test('a Ctrl-C that arrives from both the terminal and npm reaches the program once', async (t) => {
  const both = async () => {
    const { launcher, lines, closed } = await startLasting(t)
    launcher.kill('SIGINT')
    t.equal((await lines.next()).value, 'SIGINT')
    for (const signal of ['SIGINT', 'SIGTERM'] as const) launcher.kill(signal)
    return [(await lines.next()).value, ...(await closed)]
  }
  // On a busy machine, the second one may come as late as another Ctrl-C of a person.
  await repeatUntil(both, ([received]) => received === 'SIGINT SIGTERM')
})

t.test('a launcher killed by SIGKILL leaves no program behind', async (t) => {
  const { launcher, lines, closed } = await startLasting(t)
  launcher.kill('SIGKILL')
  t.equal((await lines.next()).value, 'SIGTERM')
  await closed
})

/** The launcher with the lasting program, started by a shell that is killed once the program is ready. */
async function startOrphan(t: Test, env: NodeJS.ProcessEnv) {
  const checkout = makeCheckout(t)
  checkout.write('cli/yard.ts', LASTING)
  const shell = checkout.startFromShell(env)
  const lines = createInterface({ input: shell.stdout })[Symbol.asyncIterator]()
  const launcher = Number((await lines.next()).value)
  t.teardown(() => isRunning(launcher) && process.kill(launcher, 'SIGTERM'))
  t.equal((await lines.next()).value, 'ready')
  const [ended, closed] = [once(shell, 'exit'), once(shell, 'close')]
  shell.kill('SIGKILL')
  await ended
  return { launcher, lines, closed }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

t.test('started by a script that ends, the launcher stays; started by npx, it ends too', async (t) => {
  const byHand = await startOrphan(t, {})
  await t.test('by npx', async (t) => {
    const { lines, closed } = await startOrphan(t, { npm_command: 'exec' })
    t.equal((await lines.next()).value, 'SIGTERM')
    await closed
  })
  // Its parent ended before the other launcher began to look for the end of its own.
  process.kill(byHand.launcher, 'SIGINT')
  t.equal((await byHand.lines.next()).value, 'SIGINT')
  process.kill(byHand.launcher, 'SIGTERM')
  await byHand.closed
})
