// Where in a document something is wrong, as a person writes it.

import t from 'tap'
import { formatSteps, throwProblems } from './problem.ts'

t.test('fields are joined by dots, list items and odd names are in brackets', async (t) => {
  t.equal(formatSteps([]), '')
  t.equal(formatSteps(['fleets', 'edge', 'lb', 'mode']), 'fleets.edge.lb.mode')
  t.equal(formatSteps(['routes', 'public', 'hosts', '0']), 'routes.public.hosts[0]')
  t.equal(formatSteps(['upstreams', 'a.b', 'tls']), 'upstreams["a.b"].tls')
  t.equal(formatSteps(['upstreams', 'say "hi"']), 'upstreams["say \\"hi\\""]')
})

t.test('all problems are thrown in one error', async (t) => {
  const problems = [
    { steps: ['version'], message: 'must be 1' },
    { steps: ['routes', 'a'], message: 'is missing' },
  ]
  t.throws(() => throwProblems(problems, 'not valid:'), {
    code: 'invalid-config',
    problems: [
      { path: 'version', message: 'must be 1' },
      { path: 'routes.a', message: 'is missing' },
    ],
  })
})
