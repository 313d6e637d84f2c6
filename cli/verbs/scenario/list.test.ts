// `yard scenario list`, and the errors of the other verbs for names that do not exist.

import { join } from 'node:path'
import t from 'tap'
import { testFolder } from '../../../test/support/test-folder.ts'
import { runYard } from '../../../test/support/yard-process.ts'

t.test('every scenario is listed with its question, and runs and time of each profile', async (t) => {
  const { code, stdout } = await runYard(t, testFolder(t), 'scenario', 'list', '-o', 'json')
  t.equal(code, 0)
  const listed: readonly { readonly name: string }[] = JSON.parse(stdout)
  t.ok(listed.some(({ name }) => name === 'grpc-security'))
  for (const one of listed) {
    t.match(one, { question: /\?$/, profiles: { quick: { runs: Number, rounds: Number, seconds: Number } } })
  }
  t.match((await runYard(t, testFolder(t), 'scenario', 'list')).stdout, /grpc-security +9 runs, \d+ s .*\?\n/)
})

const RESULTS = /cannot read \S*results\.json \(ENOENT\): name a folder that "yard scenario run" has written/

for (const [title, args, says] of [
  ['an unknown scenario', ['run', 'grpc-secure'], /Allowed choices are .*grpc-security/],
  [
    'an unknown profile',
    ['run', 'grpc-security', '--profile', 'slow'],
    /Allowed choices are quick, standard, full/,
  ],
  [
    'an unknown run',
    ['run', 'grpc-security', '--only', 'jwd'],
    /jwd: no run has these parts\. Nearest: jwt, /,
  ],
  ['nothing to resume', ['run', 'grpc-security', '--resume'], RESULTS],
  ['a report of nothing', ['report', '.'], RESULTS],
  ['a comparison of nothing', ['compare', '.', '.'], RESULTS],
] as const) {
  t.test(`${title} exits with 2`, async (t) => {
    const folder = testFolder(t)
    const out = args[0] === 'run' ? ['--out', join(folder, 'out')] : []
    const ended = await runYard(t, folder, 'scenario', ...args, ...out)
    t.match(ended, { code: 2, output: says, stdout: '' })
  })
}
