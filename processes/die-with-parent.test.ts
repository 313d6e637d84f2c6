// A wrapped program behaves as without the wrapper, except that it ends when its stdin closes.
import type { ChildProcess, ChildProcessWithoutNullStreams, StdioOptions } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import type { Test } from 'tap'
import t from 'tap'
import { wrapToDieWithParent } from './die-with-parent.ts'

/** Runs a Node script that ends with its stdin. Its fifth descriptor stays open as long as any of its processes runs. */
function onLeash(t: Test, script: string, ...args: string[]): ChildProcessWithoutNullStreams {
  const { command, args: wrapped } = wrapToDieWithParent(process.execPath, ['-e', script, ...args], 1)
  const stdio: StdioOptions = ['pipe', 'pipe', 'pipe', 'ignore', 'pipe']
  const child = spawn(command, wrapped, { stdio }) as ChildProcessWithoutNullStreams
  t.teardown(() => child.kill('SIGKILL'))
  return child
}

async function nothingLeft({ stdio }: ChildProcess): Promise<void> {
  const [, , , , open] = stdio
  if (open && !open.destroyed) await once(open, 'close')
}

t.test('output, arguments and exit code are those of the program', async (t) => {
  const child = onLeash(
    t,
    `console.log(process.argv.slice(1).join('|')); console.error('oops'); process.exitCode = 7`,
    'two words',
    '$HOME',
    "it's",
  )
  const [out, err, [code, signal]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit'),
  ])
  t.equal(out, "two words|$HOME|it's\n")
  t.equal(err, 'oops\n')
  t.same([code, signal], [7, null])
  await nothingLeft(child)
})

t.test('the pid is that of the program, so signals reach it and end it by their name', async (t) => {
  const child = onLeash(t, `console.log(process.pid); setInterval(() => {}, 1000)`)
  const [pid] = await once(child.stdout, 'data')
  t.equal(Number(pid), child.pid)
  child.kill('SIGHUP')
  t.same(await once(child, 'exit'), [null, 'SIGHUP'])
  await nothingLeft(child)
})

t.test('the program sees an empty stdin', async (t) => {
  const child = onLeash(t, `process.stdin.resume().on('end', () => console.log('empty'))`)
  t.equal(await text(child.stdout), 'empty\n')
  await nothingLeft(child)
})

t.test('the program has no child that it did not start', async (t) => {
  const child = onLeash(
    t,
    `const { readFileSync } = require('node:fs')
    const { pid } = process
    console.log('children:' + readFileSync('/proc/' + pid + '/task/' + pid + '/children', 'utf8'))`,
  )
  t.equal(await text(child.stdout), 'children:\n')
  await nothingLeft(child)
})

t.test('when stdin closes, the program gets SIGTERM', async (t) => {
  const child = onLeash(
    t,
    `process.on('SIGTERM', () => process.exit(3)); setInterval(() => {}, 1000); console.log('up')`,
  )
  await once(child.stdout, 'data')
  child.stdin.write('text that nobody reads\n')
  child.stdin.end()
  t.same(await once(child, 'exit'), [3, null])
  await nothingLeft(child)
})

t.test('a program that ignores SIGTERM is killed after the grace', async (t) => {
  const child = onLeash(
    t,
    `process.on('SIGTERM', () => console.log('no')); setInterval(() => {}, 1000); console.log('up')`,
  )
  await once(child.stdout, 'data')
  child.stdin.end()
  const [answer] = await once(child.stdout, 'data')
  t.equal(String(answer), 'no\n')
  t.same(await once(child, 'exit'), [null, 'SIGKILL'])
  await nothingLeft(child)
})

t.test('a missing program gives exit code 127', async (t) => {
  const { command, args } = wrapToDieWithParent('/no/such/program', [])
  const child = spawn(command, args)
  const [err, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')])
  t.equal(code, 127)
  t.match(err, /\/no\/such\/program: not found/)
})
