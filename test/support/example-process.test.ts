// Programs that tests start as users do.

import t from 'tap'
import { startProgram } from './example-process.ts'

t.test('a program gets its packages as they are installed, although the test loads bundles', async (t) => {
  const before = process.env.NODE_OPTIONS
  t.teardown(() => {
    if (before === undefined) delete process.env.NODE_OPTIONS
    else process.env.NODE_OPTIONS = before
  })
  process.env.NODE_OPTIONS = '--import=data:text/javascript,'
  const print = 'console.log(JSON.stringify({ options: process.env.NODE_OPTIONS }))'
  const { untilLine } = startProgram(t, process.execPath, ['--eval', print])
  t.match(await untilLine(/^(.*)$/), ['{"options":""}'])
})
