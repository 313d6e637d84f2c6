// Paths in the document: parsed, and formatted again.

import t from 'tap'
import { formatPath, parsePath } from './document-path.ts'

const PATHS = [
  ['fleets.edge.lb', ['fleets', 'edge', 'lb']],
  ['upstreams["a.b"].endpoints', ['upstreams', 'a.b', 'endpoints']],
  ['["say \\"hi\\""]', ['say "hi"']],
  ['echo-v2', ['echo-v2']],
] as const

for (const [text, steps] of PATHS) {
  t.test(`${text} is parsed and formatted again`, async (t) => {
    t.same(parsePath(text), steps)
    t.equal(formatPath(steps), text)
  })
}

t.test('the index of a list is a step', async (t) => {
  t.same(parsePath('routes.public.hosts[0]'), ['routes', 'public', 'hosts', '0'])
})

for (const text of ['', 'fleets..lb', 'fleets.', 'upstreams["a.b]']) {
  t.test(`"${text}" is not a path`, async (t) => {
    t.throws(() => parsePath(text), { code: 'invalid-argument', message: /is not a path/ })
  })
}
