// A test file as a process: its log, and its end with the run.

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { endAll, runFile } from './run-file.ts'
import { testFolder } from './test-folder.ts'

t.test('the log of a file has what it prints on both streams, and nothing of an earlier run', async (t) => {
  const folder = testFolder(t, {
    'file.mjs': "console.error('to stderr')\nconsole.log('ok 1 - to stdout\\n1..1')\n",
  })
  const log = join(folder, 'file.log')
  writeFileSync(log, 'of an earlier run')
  const report = await runFile(folder, 'file.mjs', 60, { log })
  t.equal(report.failed, 0)
  t.strictSame(readFileSync(log, 'utf8').trim().split('\n').sort(), ['1..1', 'ok 1 - to stdout', 'to stderr'])
})

t.test('the end of a run ends the files that run, and no other file starts', async (t) => {
  const folder = testFolder(t, {
    'endless.mjs': "console.log('# here')\nsetInterval(() => {}, 60_000)\n",
    'next.mjs': "console.log('1..0 # SKIP next')\n",
  })
  const { promise: here, resolve } = Promise.withResolvers<void>()
  const report = runFile(folder, 'endless.mjs', 600, {
    follow: (parser) => parser.on('comment', () => resolve()),
  })
  await here
  await endAll('SIGTERM')
  t.match((await report).failures, [{ assertions: [{ diagnostics: { signal: 'SIGTERM' } }] }])
  let hasStarted = false
  const follow = () => {
    hasStarted = true
  }
  void runFile(folder, 'next.mjs', 600, { follow })
  t.notOk(hasStarted)
})
