// `yard scenario run` as a process: what it prints, how it exits, and what an interruption leaves.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { readResults } from '../../../harness/results-file.ts'
import { testFolder } from '../../../test/support/test-folder.ts'

const PROGRAM = fileURLToPath(new URL('../../../test/support/scenario-process.ts', import.meta.url))

function start(t: Test, env: NodeJS.ProcessEnv, ...flags: readonly string[]) {
  const child = spawn(process.execPath, [PROGRAM, '--out', join(t.testdirName, 'out'), ...flags], {
    env: { ...process.env, NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  t.teardown(() => child.kill('SIGKILL'))
  const printed = { stdout: '', stderr: '' }
  child.stdout.on('data', (chunk) => {
    printed.stdout += chunk
  })
  child.stderr.on('data', (chunk) => {
    printed.stderr += chunk
  })
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, ...printed }))
  return { child, printed, ended }
}

async function interrupt(t: Test, signal: 'SIGINT' | 'SIGTERM') {
  const { child, printed, ended } = start(t, {})
  while (!printed.stderr.includes('waiting')) await once(child.stderr, 'data')
  const [, ...pids] = /waiting with (\d+) and (\d+)/.exec(printed.stderr) ?? []
  t.equal(pids.length, 2)
  child.kill(signal)
  return { ...(await ended), pids }
}

for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  t.test(`${signal} ends all processes, keeps what was measured, and says how to resume`, async (t) => {
    testFolder(t)
    const out = join(t.testdirName, 'out')
    const ended = await interrupt(t, signal)
    t.equal(ended.code, code, ended.stderr)
    for (const pid of ended.pids) t.notOk(existsSync(`/proc/${pid}`), `process ${pid} has ended`)
    t.match(ended.stderr, `npx yard scenario run made-up --profile quick --out ${out} --resume`)
    t.match(ended.stdout, /1 check not measured: O4\.1\n {2}1 of 3 runs measured\n/)
    t.match(readFileSync(join(out, 'summary.md'), 'utf8'), /unfinished/)
    t.match(await readResults(out), {
      command: 'npx yard scenario run made-up --profile quick',
      runs: [{ id: 'a', state: 'measured' }],
    })

    const resumed = await start(t, { WAIT: '0' }, '--resume').ended
    t.equal(resumed.code, 0, resumed.stderr)
    t.match(resumed.stderr, /^2 of 3 {2}measured b in [\d.]+ s, .*\n3 of 3 {2}measured c in [\d.]+ s\n$/)
    t.match(resumed.stdout, /3 of 3 runs measured/)
    t.type((await readResults(out)).ended, 'string')
  })
}

t.test(
  'standard output has the checks by row and where the report is; standard error has a line for each run',
  async (t) => {
    testFolder(t)
    const { code, stdout, stderr } = await start(t, { WAIT: '0' }).ended
    t.equal(code, 0)
    t.match(stdout, /O4\.1 +holds +All runs are measured +3 of 3 runs\n/)
    t.match(stdout, /report: \S+report\.html, \S+summary\.md, \S+results\.json\n$/)
    t.match(stderr, /^1 of 3 {2}measured a /)
  },
)

t.test('a check that fails makes the exit code 1', async (t) => {
  testFolder(t)
  const { code, stdout } = await start(t, { WAIT: '0', CHECK: 'fails' }).ended
  t.equal(code, 1)
  t.match(stdout, /O4\.1 +FAILS/)
})

t.test('a run that fails makes the exit code 1, and its reason is printed', async (t) => {
  testFolder(t)
  const { code, stdout } = await start(t, { WAIT: 'fail' }).ended
  t.equal(code, 1)
  t.match(stdout, /2 of 3 runs measured, 1 failed\n {2}b failed: the port is in use\n/)
})

t.test('what was not measured is printed with what helps, and is no failure', async (t) => {
  testFolder(t)
  const { code, stdout, stderr } = await start(t, { WAIT: '0', NGINX: '0' }).ended
  t.equal(code, 0)
  t.match(stdout, /2 of 3 runs measured, 1 skipped\n {2}c skipped: nginx is missing: apt-get install nginx\n/)
  t.match(stderr, /3 of 3 {2}skipped c\n {4}nginx is missing/)
})
