// Errors of missing names: what is valid, and what a change leaves.

import t from 'tap'
import { thrownBy } from '../../test/support/thrown.ts'
import {
  changeErrors,
  checkError,
  type ErrorsByType,
  failedToExplain,
  indexErrors,
  isSameError,
  keepEqualErrors,
  notFound,
  type ResourceError,
  rejectErrorsOfServed,
} from './resource-error.ts'
import { CLUSTER, ROUTE } from './resource-type.ts'

const denied = (name: string, fields: Partial<ResourceError> = {}): ResourceError => ({
  typeUrl: ROUTE,
  name,
  code: 7,
  message: 'no',
  ...fields,
})

const textsOf = (errors: ErrorsByType | undefined) =>
  [...(errors ?? [])].flatMap(([typeUrl, names]) =>
    [...names].map(([name, { code, message }]) => `${typeUrl.split('.').at(-1)} ${name} ${code} ${message}`),
  )

t.test('errors are indexed by type and name, whatever the host of the type URL', async (t) => {
  const longest = 'm'.repeat(1_024)
  const errors = indexErrors([
    denied('a'),
    denied('a', { typeUrl: CLUSTER, code: 16, message: longest }),
    denied('b', { typeUrl: ROUTE.replace('type.googleapis.com', 'example.com'), code: 1 }),
  ])
  t.same(textsOf(errors), [
    'RouteConfiguration a 7 no',
    'RouteConfiguration b 1 no',
    `Cluster a 16 ${longest}`,
  ])
  t.equal(errors.size, 2)
})

t.test('one error lists all problems of errors', async (t) => {
  const { code, message, problems } = thrownBy(() =>
    indexErrors([
      denied(''),
      denied('a', { code: 0 }),
      denied('b', { code: 17 }),
      denied('c', { code: 1.5 }),
      denied('d', { message: 'm'.repeat(1_025) }),
      denied('e'),
      denied('e', { message: 'other' }),
    ]),
  )
  t.equal(code, 'invalid-argument')
  t.match(message, /^an error of a resource is invalid, so nothing was changed/)
  t.same(
    problems.map(({ path }) => path),
    [
      'errors[0].name',
      'errors[1].code',
      'errors[2].code',
      'errors[3].code',
      'errors[4].message',
      'errors[6].name',
    ],
  )
  t.equal(problems[0]?.message, 'must not be empty: name the resource that is missing')
  t.equal(problems[4]?.message, 'has 1025 characters: use up to 1024')
  t.match(problems[1]?.message, /0 is not an error: use a gRPC status code from 1 to 16/)
  t.match(problems.at(-1)?.message, /RouteConfiguration "e" has an error already/)
})

t.test('an error for a resource that is served is rejected, and one for a missing name is not', async (t) => {
  const types = new Map([[ROUTE, { resources: new Set(['a']) }]])
  t.doesNotThrow(() =>
    rejectErrorsOfServed(indexErrors([denied('b'), denied('a', { typeUrl: CLUSTER })]), types),
  )
  const { message, problems } = thrownBy(() =>
    rejectErrorsOfServed(indexErrors([denied('a'), denied('b')]), types),
  )
  t.match(message, /^an error is for a resource that is served, so nothing was changed/)
  t.match(problems, [
    {
      path: 'errors',
      message: /RouteConfiguration "a" is in the snapshot: leave out the resource or its error/,
    },
  ])
  t.equal(problems.length, 1)
})

t.test('a change keeps the errors of names that it does not touch', async (t) => {
  const before = indexErrors([denied('a'), denied('b'), denied('c')])
  const after = changeErrors(before, indexErrors([denied('b', { message: 'still no' })]), [
    { typeUrl: ROUTE, name: 'a' },
    { typeUrl: CLUSTER, name: 'c' },
  ])
  t.same(textsOf(after), ['RouteConfiguration b 7 still no', 'RouteConfiguration c 7 no'])
  const another = indexErrors([denied('a', { typeUrl: CLUSTER })])
  t.same(
    textsOf(changeErrors(before, another, [])).at(-1),
    'Cluster a 7 no',
    'also one of a type that had none',
  )
  t.equal(textsOf(before).length, 3, 'the earlier errors stay as they are')
})

t.test('equal errors stay the same objects, so that a snapshot with them is the same', async (t) => {
  const both = () => indexErrors([denied('a'), denied('a', { typeUrl: CLUSTER })])
  const before = keepEqualErrors(undefined, both())
  t.equal(keepEqualErrors(before, both()), before)
  const changed = keepEqualErrors(before, indexErrors([denied('a'), denied('b', { typeUrl: CLUSTER })]))
  t.equal(changed?.get(ROUTE), before?.get(ROUTE))
  t.not(changed?.get(CLUSTER), before?.get(CLUSTER))
  t.equal(keepEqualErrors(before, new Map()), undefined)
  t.equal(
    keepEqualErrors(before, new Map([[ROUTE, new Map()]])),
    undefined,
    'a type without errors counts as missing',
  )
  t.not(keepEqualErrors(before, indexErrors([denied('a')])), before)
})

t.test('a name that nobody gave an error is not found, in a message of bounded length', async (t) => {
  t.same(notFound('edge', ROUTE, 'a'), { code: 5, message: 'group "edge" has no RouteConfiguration "a"' })
  t.equal(notFound('edge', ROUTE, 'n'.repeat(5_000)).message.length, 1_024)
})

t.test('an option that fails to explain has an error of bounded length too', async (t) => {
  t.same(failedToExplain('no such table'), { code: 2, message: 'no such table' })
  t.equal(failedToExplain('m'.repeat(1_025)).message.length, 1_024)
})

t.test('an error from a lookup needs a code, and a long message is cut', async (t) => {
  t.same(checkError({ code: 16, message: 'm'.repeat(1_025) }), { code: 16, message: 'm'.repeat(1_024) })
  t.throws(() => checkError({ code: 0, message: 'fine' }), {
    message: /^code: 0 is not an error: use a gRPC status code from 1 to 16/,
  })
})

t.test('errors are the same if code and message are', async (t) => {
  const error = { code: 7, message: 'no' }
  t.ok(isSameError(error, { ...error }))
  t.ok(isSameError(undefined, undefined))
  t.notOk(isSameError(error, { ...error, code: 5 }))
  t.notOk(isSameError(error, { ...error, message: 'never' }))
  t.notOk(isSameError(error, undefined))
  t.notOk(isSameError(undefined, error))
})
