// Errors as problem documents.

import t from 'tap'
import { ERROR_CODES, type ErrorCode, SwitchyardError } from '../../core/errors.ts'
import { createProblem, problemOf } from './problem.ts'

t.test('each error code has its own type and the status of the error table', async (t) => {
  const codes = Object.keys(ERROR_CODES) as ErrorCode[]
  for (const code of codes) {
    t.match(problemOf(new SwitchyardError(code, 'what happened')), {
      type: `urn:switchyard:error:${code}`,
      status: ERROR_CODES[code],
      detail: 'what happened',
      problems: [],
    })
  }
})

t.test('the problems are in `problems`, and not in `detail` too', async (t) => {
  const problems = [
    { path: 'a', message: 'is wrong' },
    { path: 'b', message: 'is missing' },
  ]
  t.same(problemOf(new SwitchyardError('invalid-config', 'this is not valid', { problems })), {
    type: 'urn:switchyard:error:invalid-config',
    title: 'Invalid config',
    status: 422,
    detail: 'this is not valid',
    problems,
  })
})

t.test('a detail may have several lines if there are no problems', async (t) => {
  t.equal(problemOf(new SwitchyardError('internal', 'one\ntwo')).detail, 'one\ntwo')
  t.equal(createProblem('nacked', 'one\ntwo').detail, 'one\ntwo')
})

t.test("an error of fastify's below 500 is the client's fault, any other is ours", async (t) => {
  t.match(problemOf(Object.assign(new Error('odd'), { statusCode: 400 })), { status: 400, detail: 'odd' })
  t.match(problemOf(Object.assign(new Error('odd'), { statusCode: 503 })), { status: 500 })
  t.match(problemOf(new Error('odd')), { type: 'urn:switchyard:error:internal', status: 500, detail: 'odd' })
})
