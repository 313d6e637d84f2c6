// The launcher in a made-up checkout: what it makes ready and when, what it starts, and how both end.
import { once } from 'node:events'
import { rmSync, writeFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import t, { type Test } from 'tap'
import { MadeUpCheckout } from '../test/support/made-up-checkout.ts'

const INSTALL = 'npm install --no-save --include=dev --no-audit --no-fund --loglevel=error'
const REBUILD = 'npm rebuild node --ignore-scripts=false --no-audit --no-fund --loglevel=error'

const makeCheckout = (t: Test) => new MadeUpCheckout(t.testdir())

t.test('the first start installs and generates, saying so on standard error', async (t) => {
  const checkout = makeCheckout(t)
  const { code, stdout, stderr } = await checkout.launch(['status', '--json'])
  t.equal(code, 0)
  t.strictSame(checkout.calls(), [INSTALL, 'generate'])
  t.match(stderr, '… installing packages')
  t.strictSame(JSON.parse(stdout), { args: ['status', '--json'] }, 'standard output is the program’s alone')
})

t.test('the second start installs nothing and says nothing', async (t) => {
  const checkout = makeCheckout(t)
  await checkout.launch([])
  checkout.calls()
  t.match(await checkout.launch([]), { code: 0, stderr: '' })
  t.strictSame(
    checkout.calls(),
    ['generate'],
    'the generator sees for itself whether there is something to do',
  )
})

const changes = {
  'a lock file that has changed': ({ root }: MadeUpCheckout) =>
    writeFileSync(`${root}/package-lock.json`, '[]'),
  'a Node that is gone': ({ root }: MadeUpCheckout) => rmSync(`${root}/node_modules/.bin/node`),
}

for (const [what, change] of Object.entries(changes)) {
  t.test(`${what} is installed again`, async (t) => {
    const checkout = makeCheckout(t)
    await checkout.launch([])
    checkout.calls()
    change(checkout)
    await checkout.launch([])
    t.strictSame(checkout.calls(), [INSTALL, 'generate'])
  })
}

t.test('where npm ignores scripts, the Node of the package is put there all the same', async (t) => {
  const checkout = makeCheckout(t)
  t.match(await checkout.launch(['x'], { NPM_IGNORES_SCRIPTS: '1' }), { code: 0, stdout: /"x"/ })
  t.strictSame(checkout.calls(), [INSTALL, REBUILD, 'generate'])
})

t.test('an installation that fails is the end, and is tried again the next time', async (t) => {
  const checkout = makeCheckout(t)
  const { code, stdout, stderr } = await checkout.launch([], { NPM_FAILS: '1' })
  t.equal(code, 1)
  t.equal(stdout, '')
  t.match(stderr, /^"npm install .*" ended with 3$/m)
  checkout.calls()
  t.equal((await checkout.launch([])).code, 0)
  t.strictSame(checkout.calls(), [INSTALL, 'generate'])
})

t.test('the exit code of the program is that of the launcher', async (t) => {
  t.equal((await makeCheckout(t).launch([], { YARD_EXIT: '7' })).code, 7)
})

t.test('a program that a signal ended gives 128 and the number of the signal', async (t) => {
  const checkout = makeCheckout(t)
  checkout.write('cli/yard.ts', `process.kill(process.pid, 'SIGKILL')`)
  t.equal((await checkout.launch([])).code, 128 + 9)
})

t.test('a Node that is too old is told what to install, before anything is done', async (t) => {
  const checkout = makeCheckout(t)
  const pretend = `Object.defineProperty(process, 'versions', { value: { node: '18.19.0' } })`
  const NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(pretend)}`
  const { code, stderr } = await checkout.launch([], { NODE_OPTIONS })
  t.equal(code, 1)
  t.match(
    stderr,
    /^Switchyard starts on Node 20 or newer, and this is Node 18\.19\.0\.\n.*https:\/\/nodejs\.org\//,
  )
  t.strictSame(checkout.calls(), [])
})

t.test('an unknown program to run is refused, with those that are known', async (t) => {
  const { code, stderr } = await makeCheckout(t).launch(['--run', 'nonsense'])
  t.equal(code, 1)
  t.match(
    stderr,
    /^"--run" takes one of "test", "mutants", "golden", "docs", "scenario", "bench", .*, not "nonsense"\n$/,
  )
})

t.test('Envoy', async (t) => {
  t.test('is found for what starts one, and for nothing else', async (t) => {
    const checkout = makeCheckout(t)
    const path = `${checkout.root}/bin/envoy`
    for (const [args, envoy] of [
      [['demo'], path],
      [['up', '--json'], path],
      [['--run', 'test'], path],
      [['status'], undefined],
    ] as const) {
      t.equal(JSON.parse((await checkout.launch(args)).stdout).envoy, envoy, args.join(' '))
    }
  })

  const missing = { ENVOY_BIN: 'nowhere' }

  t.test('that is missing ends the demonstration, with what to install', async (t) => {
    const { code, stdout, stderr } = await makeCheckout(t).launch(['demo'], missing)
    t.match({ code, stdout }, { code: 1, stdout: '' })
    t.match(stderr, 'ENVOY_BIN=/path/to/envoy')
  })

  t.test('that is missing leaves the other tests to run', async (t) => {
    const { code, stderr } = await makeCheckout(t).launch(['--run', 'test'], missing)
    t.equal(code, 0)
    t.match(stderr, 'the tests that need an Envoy cannot run')
  })
})

t.test('tests run on a tap that was built for .taprc, and is built again when that changes', async (t) => {
  const checkout = makeCheckout(t)
  const test = ['--run', 'test', 'test/x.test.ts']
  const { stdout } = await checkout.launch(test)
  t.match(JSON.parse(stdout).args, ['test/x.test.ts'])
  t.strictSame(checkout.calls(), [INSTALL, 'generate', 'tap build'])
  await checkout.launch(test)
  t.strictSame(checkout.calls(), ['generate'])
  checkout.write('.taprc', 'jobs: 1')
  await checkout.launch(test)
  t.strictSame(checkout.calls(), ['generate', 'tap build'])
})

/** Says when it is ready, and all signals that it has been told; ends with SIGTERM. */
const LASTING = `
const told = []
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => {
  told.push(signal)
  console.log(told.join(' '))
  if (signal === 'SIGTERM') process.exit(7)
})
setInterval(() => {}, 1000)
console.log('ready')
`

/** The launcher with that program, and the lines that the program prints. */
async function startLasting(t: Test) {
  const checkout = makeCheckout(t)
  checkout.write('cli/yard.ts', LASTING)
  const launcher = checkout.start([])
  t.teardown(() => launcher.kill('SIGTERM'))
  const lines = createInterface({ input: launcher.stdout })[Symbol.asyncIterator]()
  t.equal((await lines.next()).value, 'ready')
  return { launcher, lines }
}

t.test('Ctrl-C reaches the program, and the launcher stays until the program has ended', async (t) => {
  const { launcher, lines } = await startLasting(t)
  launcher.kill('SIGINT')
  t.equal((await lines.next()).value, 'SIGINT')
  t.equal(launcher.exitCode ?? launcher.signalCode, null)
  launcher.kill('SIGTERM')
  t.equal((await lines.next()).value, 'SIGINT SIGTERM')
  t.strictSame(await once(launcher, 'exit'), [7, null])
})

t.test('a Ctrl-C that comes from the terminal and from npm is told once', async (t) => {
  const { launcher, lines } = await startLasting(t)
  launcher.kill('SIGINT')
  t.equal((await lines.next()).value, 'SIGINT')
  launcher.kill('SIGINT')
  launcher.kill('SIGTERM')
  t.equal((await lines.next()).value, 'SIGINT SIGTERM')
})

t.test('a launcher that is killed outright does not leave its program behind', async (t) => {
  const { launcher, lines } = await startLasting(t)
  launcher.kill('SIGKILL')
  t.equal((await lines.next()).value, 'SIGTERM')
})
