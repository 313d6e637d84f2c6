// The table of error codes, the document that explains it, and the error class with a code.
import { readFileSync } from 'node:fs'
import t from 'tap'
import { ERROR_CODES, SwitchyardError } from '../../core/errors.ts'

t.test('docs/errors.md has a row for each code, with its status', async (t) => {
  const document = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8')
  const rows = [...document.matchAll(/^\| `([^`]+)` +\| (\d+) +\| (\S.*?) +\| (\S.*?) +\|$/gm)]
  t.strictSame(Object.fromEntries(rows.map(([, code, status]) => [code, Number(status)])), ERROR_CODES)
})

t.test('an error has the status of its code', async (t) => {
  for (const [code, status] of Object.entries(ERROR_CODES)) {
    t.equal(new SwitchyardError(code as keyof typeof ERROR_CODES, 'x').statusCode, status, code)
  }
})

t.test('an error lists all its problems, each with its path', async (t) => {
  const problems = [
    { path: 'fleets.edge', message: 'has no listener' },
    { path: 'clusters.b.lb', message: 'must be a policy' },
  ]
  const error = new SwitchyardError('invalid-config', 'the configuration is wrong', { problems })
  t.equal(
    error.message,
    'the configuration is wrong\n  fleets.edge: has no listener\n  clusters.b.lb: must be a policy',
  )
  t.strictSame(error.problems, problems)
})

t.test('SwitchyardError.from wraps other errors and keeps the cause', async (t) => {
  const foreign = new TypeError('no such thing')
  t.match(SwitchyardError.from(foreign), { code: 'internal', message: 'no such thing', cause: foreign })
  t.match(SwitchyardError.from('a word'), { code: 'internal', message: 'a word', cause: 'a word' })
  const ours = new SwitchyardError('not-found', 'x')
  t.equal(SwitchyardError.from(ours), ours)
})
