// Tags that are rejected, and their accepted twins.

import t from 'tap'
import { tagProblems } from './tracing-tags.ts'

const ofTag = (tag: object) =>
  [...tagProblems({ one: tag })].map(({ steps, message }) => `${steps.join('.')} ${message}`)

t.test('T27: a tag has one source', async (t) => {
  t.same(ofTag({ header: 'x-tenant', default: 'none' }), [])
  t.match(ofTag({ default: 'none' }), [/^one must have one of value, header, .* but has none of them/])
  t.match(ofTag({ value: 'a', header: 'x-tenant' }), [/but has value and header: write one/])
  t.match(ofTag({ value: 'a', default: 'b' }), [/^one.default has no effect/])
})

t.test('T27: no tag shows the credentials of callers', async (t) => {
  for (const header of ['authorization', 'cookie', 'proxy-authorization']) {
    t.match(ofTag({ header }), [new RegExp(`^one.header must not be ${header}: `)])
  }
  t.same(ofTag({ header: 'x-authorization' }), [], 'twin')
  t.same(ofTag({ metadata: ['envoy.filters.http.jwt_authn', 'main', 'sub'] }), [], 'twin')
})
