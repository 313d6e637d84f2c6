// What passed: by its titles, without what failed, was skipped, or has no assertion of its own.

import { once } from 'node:events'
import t from 'tap'
import { Parser } from 'tap-parser'
import { followPassed } from './passed-tests.ts'

async function passedIn(output: string) {
  const parser = new Parser()
  const passed = followPassed(parser)
  const complete = once(parser, 'complete')
  parser.end(output)
  await complete
  return passed().map(({ titles, assertions }) => ({ titles: [...titles], assertions: [...assertions] }))
}

const block = (title: string, lines: readonly string[], isOk = true) => [
  `# Subtest: ${title}`,
  ...lines.map((line) => `    ${line}`),
  `    1..${lines.filter((line) => /^(not )?ok /.test(line)).length}`,
  `${isOk ? 'ok' : 'not ok'} 1 - ${title}`,
]
const file = (lines: readonly string[]) => ['TAP version 14', ...lines, '1..1', ''].join('\n')

t.test('a test that passed has its titles and the names of its assertions', async (t) => {
  t.strictSame(await passedIn(file(block('T7: all', block('one', ['ok 1 - off', 'ok 2 - on'])))), [
    { titles: ['T7: all', 'one'], assertions: ['off', 'on'] },
  ])
})

t.test('a test that failed is not among them', async (t) => {
  const inner = block('one', ['ok 1 - off', 'not ok 2 - on'], false)
  t.strictSame(await passedIn(file(block('T7: all', inner, false))), [])
})

t.test('neither is one that was skipped, by its options or in it', async (t) => {
  t.strictSame(await passedIn(file(['ok 1 - T7: all # SKIP no Envoy'])), [])
  t.strictSame(await passedIn(file(block('T7: all', ['ok 1 - needs # SKIP no Envoy']))), [])
})
