import { spawn } from 'node:child_process'
import { once } from 'node:events'
import t, { type Test } from 'tap'
import { killPart } from './kill-part.ts'
import type { PartState } from './parts.ts'

function startChild(t: Test) {
  const child = spawn('sleep', ['1000'])
  t.teardown(() => child.kill('SIGKILL'))
  const part = (more: Partial<PartState> = {}): PartState[] => [
    { id: 'b1', title: 'backend b1', pid: child.pid ?? 0, state: 'running', restarts: 0, ...more },
  ]
  return { child, part }
}

t.test('a part is killed by its id or by its title', async (t) => {
  for (const name of ['b1', 'backend b1']) {
    const { child, part } = startChild(t)
    const ended = once(child, 'exit')
    t.match(await killPart(part(), name, process.pid), { title: 'backend b1', pid: child.pid })
    t.same(await ended, [null, 'SIGKILL'])
  }
})

t.test('an unknown part, and one that does not run, are errors, and nothing is killed', async (t) => {
  const { child, part } = startChild(t)
  await t.rejects(killPart(part(), 'b2', process.pid), {
    code: 'not-found',
    message: /no part "b2" in this testbed\. Use one of: b1/,
  })
  const notRunning = { code: 'process-failed', message: /backend b1 is not running now/ }
  await t.rejects(killPart(part({ state: 'restarting', lastEnd: 'SIGKILL' }), 'b1', process.pid), {
    ...notRunning,
    message: /ended by SIGKILL/,
  })
  await t.rejects(killPart(part(), 'b1', process.ppid), notRunning, 'the process belongs to another program')
  t.equal(child.exitCode ?? child.signalCode, null)
})
