// A process from its ready line to its end, and its error texts.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Test } from 'tap'
import t from 'tap'
import { testFolder } from '../test/support/test-folder.ts'
import type { ProcessOptions, RunningProcess } from './running-process.ts'
import { startProcess } from './running-process.ts'

/** Starts a Node script whose ready line is `ready VALUE`. */
function startScript(
  t: Test,
  script: string,
  options: Partial<ProcessOptions<string>> = {},
): RunningProcess<string> {
  const child = startProcess({
    name: 'the script',
    command: process.execPath,
    args: ['-e', script],
    ready: (line) => /^ready (.*)/.exec(line)?.[1],
    ...options,
  })
  t.teardown(() => child.stop())
  return child
}

/** Runs until its stdin closes, so that it does not outlive a killed test. */
const STAY = `process.stdin.resume().on('end', () => process.exit());`
/** Runs until the reader of its output is gone. */
const WRITE_ON = `setInterval(() => console.log('still here'), 100)`
const ECHO_COMMANDS = `require('readline').createInterface({ input: process.stdin }).on('line', (line) => console.log('heard ' + line));`

t.test('ready is the value of the first line of stdout or stderr that gives one', async (t) => {
  for (const stream of ['stdout', 'stderr']) {
    const script = `process.${stream}.write('starting\\nready 42\\nready 43\\n'); ${STAY}`
    const child = startScript(t, script)
    t.equal(await child.ready, '42', stream)
    t.ok(child.pid)
  }
})

t.test('a process goes on when its log cannot be written', async (t) => {
  const script = `console.log('lost'); console.log('ready 42'); ${STAY}`
  const logFile = join(testFolder(t), 'missing', 'log')
  t.equal(await startScript(t, script, { logFile }).ready, '42')
})

t.test('a last line without its newline counts too', async (t) => {
  t.equal(await startScript(t, `process.stdout.write('ready at last')`).ready, 'at last')
})

t.test('the environment is inherited, with the added variables', async (t) => {
  const script = `console.log('ready ' + process.env.ADDED + ' ' + process.env.PATH)`
  const child = startScript(t, script, { env: { ADDED: 'yes' } })
  t.equal(await child.ready, `yes ${process.env.PATH}`)
})

t.test('each command gets the line that answers it', async (t) => {
  const child = startScript(t, `${ECHO_COMMANDS} console.log('ready')`, { ready: (line) => line })
  await child.ready
  child.send('one')
  t.equal(await child.ask('two', (line) => /^heard (two)$/.exec(line)?.[1]), 'two')
})

t.test('a command without an answer is `process-failed`', async (t) => {
  const child = startScript(t, `${ECHO_COMMANDS} console.log('ready')`, { ready: (line) => line })
  await child.ready
  await t.rejects(
    child.ask('one', () => undefined, 50),
    {
      code: 'process-failed',
      message: 'the script did not answer "one" within 50 ms',
    },
  )
  child.endInput()
  await child.exited
  await t.rejects(
    child.ask('two', () => undefined),
    { code: 'process-failed' },
  )
})

t.test('a command to a process that has closed its stdin does not crash the parent', async (t) => {
  const child = startScript(t, `require('node:fs').closeSync(0); console.log('ready up'); ${WRITE_ON}`)
  await child.ready
  await t.rejects(
    child.ask('one', () => undefined, 50),
    { code: 'process-failed' },
  )
})

t.test('a process leads its own process group, so Ctrl-C in a terminal does not reach it', async (t) => {
  const child = startScript(t, `console.log('ready up'); ${STAY}`)
  await child.ready
  t.doesNotThrow(() => process.kill(-(child.pid ?? Number.NaN), 0), 'there is a group of its pid')
})

t.test('all output is appended to the log file', async (t) => {
  const logFile = join(testFolder(t, { log: 'before\n' }), 'log')
  const seen = new Set<string>()
  const bothSeen = (line: string) => (seen.add(line).size === 2 ? line : undefined)
  await startScript(t, `console.log('out'); console.error('err')`, { logFile, ready: bothSeen }).ready
  const lines = (await readFile(logFile, 'utf8')).trim().split('\n')
  t.equal(lines[0], 'before')
  t.same(lines.slice(1).sort(), ['err', 'out'])
})

const FAILURES = [
  {
    title: 'a process that ends before it is ready fails with its exit code, and its last 20 lines of stderr',
    script: `for (let line = 1; line <= 25; line += 1) console.error('line ' + line); process.exitCode = 3`,
    options: {},
    message: [
      'the script ended with exit code 3 before it was ready',
      ...Array.from({ length: 20 }, (_, index) => `line ${index + 6}`),
    ].join('\n  '),
    exit: { code: 3, signal: null },
  },
  {
    title: 'a process that is killed before it is ready fails with the signal',
    script: `process.kill(process.pid, 'SIGKILL')`,
    options: {},
    message: 'the script ended by SIGKILL before it was ready',
    exit: { code: null, signal: 'SIGKILL' },
  },
  {
    title: 'a process that takes too long fails and is stopped',
    script: '',
    options: { command: '/bin/sh', args: ['-c', 'echo still thinking >&2; exec cat'], timeoutMs: 500 },
    message: 'the script was not ready within 500 ms\n  still thinking',
    exit: { code: null, signal: 'SIGTERM' },
  },
  {
    title: 'a missing program fails at startup',
    script: '',
    options: { command: '/no/such/program' },
    message: 'the script ended at startup before it was ready\n  spawn /no/such/program ENOENT',
    exit: { code: null, signal: null },
  },
] as const

for (const { title, script, options, message, exit } of FAILURES) {
  t.test(title, async (t) => {
    const child = startScript(t, script, options)
    const failure: unknown = await child.ready.catch((error: unknown) => error)
    t.match(failure, { code: 'process-failed' })
    t.equal(failure instanceof Error && failure.message, message)
    t.same(await child.exited, exit)
  })
}

t.test(
  'a process that fails before it is ready causes no unhandled rejection, even if no caller awaits ready',
  async (t) => {
    t.same(await startScript(t, 'process.exitCode = 1').exited, { code: 1, signal: null })
  },
)

t.test('stop sends SIGTERM first, and SIGKILL after the grace', async (t) => {
  const polite = startScript(
    t,
    `process.on('SIGTERM', () => process.exit(0)); console.log('ready up'); ${STAY}`,
  )
  await polite.ready
  t.same(await polite.stop(), { code: 0, signal: null })

  const stubborn = startScript(t, `process.on('SIGTERM', () => {}); console.log('ready up'); ${STAY}`)
  await stubborn.ready
  t.same(await stubborn.stop(50), { code: null, signal: 'SIGKILL' })
})

t.test('stop may be called again, and after the end', async (t) => {
  const child = startScript(t, `console.log('ready up'); ${STAY}`)
  await child.ready
  const exits = await Promise.all([child.stop(), child.stop()])
  t.same([...exits, await child.stop()], Array(3).fill({ code: null, signal: 'SIGTERM' }))
})

t.test(
  'a process with dieWithParent is the program itself, and ends when the parent closes its stdin',
  async (t) => {
    const child = startScript(t, `console.log('ready ' + process.pid); setInterval(() => {}, 1000)`, {
      dieWithParent: true,
    })
    t.equal(Number(await child.ready), child.pid)
    child.endInput()
    t.same(await child.exited, { code: null, signal: 'SIGTERM' })
  },
)
