// The test runner for Stryker, with code that is instrumented by hand as Stryker would.

import { resolve } from 'node:path'
import type { CompleteDryRunResult } from '@stryker-mutator/api/test-runner'
import t, { type Test } from 'tap'
import { testFolder } from '../support/test-folder.ts'
import { InProcessRunner } from './in-process-runner.ts'

/** Mutant 1 changes a result, 2 what is made while the module is loaded, 3 does not load, 4 throws later, 5 never ends. */
const CODE = `
const stryker = globalThis.__stryker__
const isActive = (id: string): boolean => {
  const { currentTestId, mutantCoverage } = stryker
  if (mutantCoverage) {
    const reached = currentTestId === undefined ? mutantCoverage.static : (mutantCoverage.perTest[currentTestId] ??= {})
    reached[id] = (reached[id] ?? 0) + 1
  }
  if (stryker.hitCount !== undefined && ++stryker.hitCount > stryker.hitLimit) throw new Error('hit limit')
  return stryker.activeMutant === id
}
const memo = new Map<number, number>()
export function double(n: number): number {
  const known = memo.get(n)
  if (known !== undefined) return known
  if (isActive('4')) setImmediate(() => { throw new Error('later') })
  while (isActive('5'));
  memo.set(n, isActive('1') ? n : 2 * n)
  return memo.get(n)
}
let calls = 0
export const isFirstCall = (): boolean => ++calls === 1
export const made = isActive('2') ? 'wrong' : 'right'
if (isActive('3')) throw new Error('does not load')
`

const TESTS = {
  'double.test.ts': `
import { setImmediate } from 'node:timers/promises'
import t from 'tap'
import { double } from './code.ts'
t.comment('two tests')
t.beforeEach((t) => { t.context = 4 })
t.test('doubles', async (t) => { t.equal(double(2), t.context); await setImmediate() })
t.test('knows zero', async (t) => t.equal(double(0), 0))
`,
  'made.test.ts': `
import t from 'tap'
import { made } from './code.ts'
t.test('is right', async (t) => t.equal(made, 'right'))
`,
}

const ONE_CALL = `
import t from 'tap'
import { double, isFirstCall } from './code.ts'
t.test('makes the first call', async (t) => { t.ok(isFirstCall()); t.equal(double(2), 4) })
`

async function startRunner(t: Test, files: Readonly<Record<string, string>> = TESTS) {
  const before = process.cwd()
  process.chdir(testFolder(t, { 'code.ts': CODE, ...files }))
  t.teardown(() => process.chdir(before))
  const testFilesOf = { 'code.ts': Object.keys(files), 'other.ts': Object.keys(files).slice(-1) }
  const runner = new InProcessRunner({ inProcess: { testFilesOf } } as never)
  await runner.init()
  const run = (id: string, options: object = {}) =>
    runner.mutantRun({
      activeMutant: { id },
      sandboxFileName: resolve('code.ts'),
      mutantActivation: 'runtime',
      ...options,
    } as never)
  return { runner, run }
}

const DOUBLES = 'double.test.ts#1 doubles'
const IS_RIGHT = 'made.test.ts#1 is right'

t.test('a run without a mutant reports each test, and which mutants it reaches', async (t) => {
  const { runner } = await startRunner(t)
  const result = await runner.dryRun()
  t.match(result, {
    status: 'complete',
    tests: [
      { id: DOUBLES, fileName: 'double.test.ts', name: 'doubles', status: 0 },
      { id: 'double.test.ts#2 knows zero', status: 0 },
      { id: IS_RIGHT, status: 0 },
    ],
    // Loaded twice, for each file anew.
    mutantCoverage: { static: { 2: 2, 3: 2 }, perTest: { [DOUBLES]: { 1: 1, 4: 1, 5: 1 } } },
  })
})

t.test('a test that fails without a mutant is reported with what failed', async (t) => {
  const failing = `import t from 'tap'\nt.test('fails', async (t) => t.equal(1, 2, 'one is two'))\n`
  const { runner } = await startRunner(t, { 'a.test.ts': failing })
  t.match(await runner.dryRun(), { tests: [{ status: 1, failureMessage: /one is two/ }] })
})

t.test('a test that waits in vain fails, and its replaced timers are real again', async (t) => {
  const waiting = `
import { mock } from 'node:test'
import t from 'tap'
t.test('waits', async () => {
  mock.timers.enable({ apis: ['setTimeout'] })
  await new Promise(() => {})
})
`
  const { runner } = await startRunner(t, { 'a.test.ts': waiting, 'b.test.ts': waiting })
  const failureMessage = 'it waits in vain'
  t.match(await runner.dryRun(), {
    tests: [
      { status: 1, failureMessage },
      { status: 1, failureMessage },
    ],
  })
})

t.test('a test that needs another test of its file is reported', async (t) => {
  const needing = `
import t from 'tap'
let calls = 0
t.test('makes a call', async () => { calls += 1 })
t.test('sees the call', async (t) => t.ok(calls > 0))
`
  const { runner } = await startRunner(t, { 'a.test.ts': needing })
  const { tests, mutantCoverage } = (await runner.dryRun()) as CompleteDryRunResult
  t.match(tests, [
    { name: 'makes a call', status: 0 },
    { name: 'sees the call', status: 0 },
    { name: 'sees the call, when the tests of the file run backwards', status: 1 },
  ])
  t.same(mutantCoverage, { static: {}, perTest: {} })
})

t.test('a test that must be the first of a process needs no other one', async (t) => {
  const { runner } = await startRunner(t, { 'a.test.ts': ONE_CALL, 'b.test.ts': ONE_CALL })
  const { tests } = (await runner.dryRun()) as CompleteDryRunResult
  t.match(tests, [{ status: 0 }, { status: 0 }])
  t.equal(tests.length, 2)
})

t.test('without tests there is one test, so that the mutants are reported', async (t) => {
  const { runner } = await startRunner(t, {})
  t.match(await runner.dryRun(), { tests: [{ status: 0 }] })
})

t.test('a mutant that changes a result is killed, and the next one does not see what it left', async (t) => {
  const { run } = await startRunner(t)
  t.match(await run('1', { testFilter: [DOUBLES] }), { status: 'killed', killedBy: [DOUBLES] })
  t.match(await run('none', { testFilter: [DOUBLES] }), { status: 'survived', nrOfTests: 1 })
})

t.test('only chosen tests run', async (t) => {
  const { run } = await startRunner(t)
  t.match(await run('1', { testFilter: [IS_RIGHT] }), { status: 'survived', nrOfTests: 1 })
  t.match(await run('none'), { status: 'survived', nrOfTests: 3 })
})

t.test('a mutant in code that runs while a module is loaded is active only if it is static', async (t) => {
  const { run } = await startRunner(t)
  t.match(await run('2', { mutantActivation: 'static' }), { status: 'killed', killedBy: [IS_RIGHT] })
  t.match(await run('2'), { status: 'survived' })
})

t.test('a mutant that does not load is killed', async (t) => {
  const { run } = await startRunner(t)
  t.match(await run('3', { mutantActivation: 'static' }), {
    status: 'killed',
    failureMessage: /does not load/,
  })
})

t.test('an error that a mutant throws in a callback kills it', async (t) => {
  const { run } = await startRunner(t)
  t.match(await run('4', { testFilter: [DOUBLES] }), { status: 'killed', failureMessage: /later/ })
})

t.test('an error that is thrown later, by what is left of another mutant, kills none', async (t) => {
  const hurt = `
import t from 'tap'
t.test('is there when it happens', async () => {
  if (globalThis.isLeft) setImmediate(() => { throw new Error('late') })
  globalThis.isLeft = false
  await new Promise(setImmediate)
})
`
  Object.assign(globalThis, { isLeft: true })
  const { run } = await startRunner(t, { 'hurt.test.ts': hurt })
  t.match(await run('none'), { status: 'survived', nrOfTests: 1 })
})

t.test('a test that once waits in vain kills no mutant, and its process runs no other one', async (t) => {
  const waiting = `
import t from 'tap'
t.test('waits once', async () => {
  const { isQuiet } = globalThis
  globalThis.isQuiet = false
  if (isQuiet) await new Promise(() => {})
})
`
  Object.assign(globalThis, { isQuiet: true })
  const { run } = await startRunner(t, { 'waiting.test.ts': waiting })
  t.match(await run('none'), { status: 'survived', nrOfTests: 1 })
  await t.rejects(run('none'), { message: 'a test has waited in vain in this process' })
})

t.test('a file that only a later load finds whole is judged by its tests', async (t) => {
  const moody = `
import t from 'tap'
import { double } from './code.ts'
if (globalThis.failsToLoad) {
  globalThis.failsToLoad = false
  throw new Error('not yet')
}
t.test('doubles', async (t) => t.equal(double(2), 4))
`
  const { run } = await startRunner(t, { 'other.test.ts': ONE_CALL, 'moody.test.ts': moody })
  const judge = (id: string) => {
    Object.assign(globalThis, { failsToLoad: true })
    return run(id, { mutantActivation: 'static' })
  }
  t.match(await judge('none'), { status: 'survived', nrOfTests: 2 })
  t.match(await run('1', { testFilter: ['moody.test.ts#1 doubles'] }), { status: 'killed' })
})

t.test('a mutant that never ends is a timeout, once it is reached too often', async (t) => {
  const { run } = await startRunner(t)
  t.match(await run('5', { testFilter: [DOUBLES], hitLimit: 100 }), { status: 'timeout' })
  t.match(await run('1', { testFilter: [DOUBLES], hitLimit: 100 }), { status: 'killed' })
})

t.test('a test that finds mutants runs first from then on', async (t) => {
  const { run } = await startRunner(t)
  t.match(await run('2', { mutantActivation: 'static' }), { nrOfTests: 3 })
  t.match(await run('2', { mutantActivation: 'static' }), { nrOfTests: 1 })
})

t.test('a mutated file has its own tests, and its own order of them', async (t) => {
  const { run } = await startRunner(t)
  const other = { sandboxFileName: resolve('other.ts') }
  t.match(await run('1', other), { status: 'survived', nrOfTests: 1 })
  t.match(await run('2', { mutantActivation: 'static', ...other }), { status: 'killed', nrOfTests: 1 })
  t.match(await run('2', { mutantActivation: 'static' }), { status: 'killed', nrOfTests: 3 })
})

t.test('the folders of tests are those of one runner alone', async (t) => {
  const test = `import t from 'tap'\nt.test('folder', async (t) => { globalThis.testFolder = t.testdirName })\n`
  const { run } = await startRunner(t, { 'folder.test.ts': test })
  await run('none')
  const { testFolder } = globalThis as { testFolder?: string }
  t.ok(testFolder?.startsWith(`${process.cwd()}/.tap/${process.pid}/`))
})

t.test('a test that fails only after another file was loaded has not found the mutant', async (t) => {
  const other = ONE_CALL.replace('t.equal(double(2), 4)', '')
  const { run } = await startRunner(t, { 'other.test.ts': other, 'one-call.test.ts': ONE_CALL })
  t.match(await run('none'), { status: 'survived', nrOfTests: 2 })
  t.match(await run('1'), { status: 'killed', killedBy: ['one-call.test.ts#1 makes the first call'] })
})

t.test('a mutated file is found although a test has changed the working directory', async (t) => {
  const moving = "import t from 'tap'\nt.test('moves', async () => process.chdir('/'))\n"
  const { run } = await startRunner(t, { 'moving.test.ts': moving })
  const sandboxFileName = resolve('code.ts')
  t.match(await run('none', { sandboxFileName }), { status: 'survived', nrOfTests: 1 })
  t.match(await run('none', { sandboxFileName }), { status: 'survived', nrOfTests: 1 })
})

t.test('test files of one mutant share modules', async (t) => {
  const later = ONE_CALL.replace(
    't.ok(isFirstCall())',
    'setImmediate(() => { globalThis.sharedCall = isFirstCall() })',
  )
  const { run } = await startRunner(t, { 'one-call.test.ts': ONE_CALL, 'later.test.ts': later })
  await run('none')
  await new Promise(setImmediate)
  t.equal((globalThis as { sharedCall?: boolean }).sharedCall, false)
})
