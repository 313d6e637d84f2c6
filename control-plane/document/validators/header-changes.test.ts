// What `requestHeaders`, `responseHeaders`, `rewrite`, `redirect` and `directResponse` may not do, each with what they may.

import t from 'tap'
import { sampleWith } from '../../../test/support/sample-config.ts'
import { checkConfig } from '../validate.ts'

const RULE = 'routes.public.rules.echo'

/** Messages by paths. */
function problemsOf(changes: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  const checked = checkConfig(sampleWith({ 'fleets.edge.lb.mode': 'l7', ...changes }))
  const problems = 'problems' in checked ? checked.problems : []
  return Object.fromEntries(problems.map(({ steps, message }) => [steps.join('.'), message]))
}

const FORBIDDEN: readonly [name: string, why: RegExp][] = [
  [':path', /(must be|is not) the name of a header in lower case/],
  [':authority', /(must be|is not) the name of a header in lower case/],
  ['Host', /(must be|is not) the name of a header in lower case/],
  ['host', /^is the host of the call: write rewrite.host$/],
  ['content-type', /^is a header of HTTP itself/],
  ['te', /^is a header of HTTP itself/],
  ['grpc-status', /^is a header of gRPC itself/],
  ['grpc-timeout', /^is a header of gRPC itself/],
  ['x-envoy-max-retries', /^is a header that Envoy acts on/],
  ['authorization', /^says who calls, and services believe it/],
  ['x-forwarded-for', /^says who calls/],
  ['x-forwarded-client-cert', /^says who calls/],
]

t.test('T21: nobody changes the headers of HTTP, gRPC and Envoy, or says who calls', async (t) => {
  for (const field of ['requestHeaders', 'responseHeaders']) {
    const place = `${RULE}.${field}`
    const fine = {
      set: { 'x-tier': 'gold' },
      add: { 'x-a-bin': 'AQI=' },
      remove: ['x-debug', 'authorization'],
    }
    t.same(problemsOf({ [place]: fine }), {}, 'the accepted twin')
    t.same(problemsOf({ [`fleets.edge.${field}`]: fine }), {}, 'the accepted twin, for a fleet')
    for (const [name, why] of FORBIDDEN) {
      for (const way of ['set', 'add']) {
        t.match(Object.values(problemsOf({ [place]: { [way]: { [name]: 'x' } } })), [why], `${way} ${name}`)
      }
      const isOfCaller = why.source.startsWith('^says')
      const found = Object.values(problemsOf({ [place]: { remove: [name] } }))
      if (isOfCaller) t.same(found, [], `services may be spared ${name}`)
      else t.match(found, [why], `remove ${name}`)
    }
  }
})

t.test('T21: a name is written once, and a value is text that a header can have', async (t) => {
  const place = `${RULE}.requestHeaders`
  t.match(problemsOf({ [place]: { set: { 'x-a': '1' }, add: { 'x-a': '2' }, remove: ['x-a'] } }), {
    [`${place}.add.x-a`]: /^is in set too, which replaces every value: write it once/,
    [`${place}.remove.0`]: /^is in set too/,
  })
  t.match(problemsOf({ [place]: { add: { 'x-a-bin': 'a b' } } }), {
    [`${place}.add.x-a-bin`]: /^is not base64/,
  })
  for (const value of ['', ' a', 'a ', 'a\r\nb', 'ü']) {
    t.match(
      problemsOf({ [place]: { set: { 'x-a': value } } }),
      { [`${place}.set.x-a`]: /./ },
      JSON.stringify(value),
    )
  }
  t.same(problemsOf({ [place]: { set: { 'x-a': 'a b' } } }), {}, 'the accepted twin')
})

t.test('T21: S19: the headers of the checks stay their own, while these are on or off', async (t) => {
  const opa = (enabled: boolean) => ({
    'fleets.edge.security': { opa: { enabled, upstream: 'unused', headers: ['x-auth-tenant'] } },
  })
  const place = `${RULE}.requestHeaders`
  const owned = { [place]: { set: { 'x-auth-tenant': 'acme' } } }
  t.same(problemsOf(owned), {}, 'the accepted twin: a fleet without checks')
  const message = /^is a header that only the checks of fleets.edge.security may write/
  for (const enabled of [true, false]) {
    t.match(problemsOf({ ...opa(enabled), ...owned }), { [`${place}.set.x-auth-tenant`]: message })
    t.match(problemsOf({ ...opa(enabled), [place]: { add: { 'x-auth-tenant': 'acme' } } }), {
      [`${place}.add.x-auth-tenant`]: message,
    })
    t.match(problemsOf({ ...opa(enabled), [place]: { remove: ['x-auth-tenant'] } }), {
      [`${place}.remove.0`]: message,
    })
    t.match(
      problemsOf({ ...opa(enabled), 'fleets.edge.requestHeaders': { set: { 'x-auth-tenant': 'acme' } } }),
      {
        'fleets.edge.requestHeaders.set.x-auth-tenant': message,
      },
    )
    t.same(problemsOf({ ...opa(enabled), [place]: { set: { 'x-tier': 'gold' } } }), {}, 'another header')
  }
})

t.test('T21: S19: so do the headers that tokens fill', async (t) => {
  const jwt = {
    main: {
      issuer: 'https://issuer.test',
      audiences: ['echo'],
      jwks: { upstream: 'unused', path: '/keys' },
      claims: { 'x-auth-user': 'sub' },
    },
  }
  const document = { jwt, 'fleets.edge.security': { jwt: { enabled: true, anyOf: ['main'] } } }
  t.same(problemsOf(document), {}, 'the accepted twin')
  t.match(problemsOf({ ...document, [`${RULE}.requestHeaders`]: { set: { 'x-auth-user': 'root' } } }), {
    [`${RULE}.requestHeaders.set.x-auth-user`]: /^is a header that only the checks/,
  })
})

t.test('T21: a prefix is replaced only where the rule matches one', async (t) => {
  const rewrite = { [`${RULE}.rewrite`]: { prefix: '/a.B/' } }
  t.same(problemsOf(rewrite), {}, 'the accepted twin')
  t.match(problemsOf({ ...rewrite, [`${RULE}.match`]: { regex: '/a.*' } }), {
    [`${RULE}.rewrite.prefix`]: /^has no prefix to replace, because the rule matches by a regular expression/,
  })
  t.match(problemsOf({ [`${RULE}.rewrite`]: { prefix: '/a.B' } }), {
    [`${RULE}.rewrite.prefix`]: /: write \/a\.B\/ \(in fleet edge\)$/,
  })
})

t.test('T21: a rule goes to upstreams, or Envoy answers in one way', async (t) => {
  const pages = { [`${RULE}.match`]: { prefix: '/docs/' } }
  const redirect = { enabled: true, path: '/' }
  const directResponse = { enabled: true, status: 'ABORTED' }
  const nowhere = { ...pages, [`${RULE}.to`]: undefined }
  t.same(problemsOf({ ...nowhere, [`${RULE}.redirect`]: redirect }), {})
  t.same(problemsOf({ ...nowhere, [`${RULE}.directResponse`]: directResponse }), {})
  const missing = { [`${RULE}.to`]: /^is missing: write weights by the names of upstreams/ }
  t.match(problemsOf(nowhere), missing)
  t.match(problemsOf({ ...nowhere, [`${RULE}.redirect`]: { ...redirect, enabled: false } }), missing)
  t.match(
    problemsOf({ ...nowhere, [`${RULE}.directResponse`]: { ...directResponse, enabled: false } }),
    missing,
  )
  t.match(
    problemsOf({ ...pages, [`${RULE}.redirect`]: redirect, [`${RULE}.directResponse`]: directResponse }),
    {
      [`${RULE}.directResponse`]: /^cannot be combined with redirect/,
    },
  )
  t.match(problemsOf({ [`${RULE}.redirect`]: redirect }), {
    [`${RULE}.redirect`]:
      /^would end each call of this service with UNKNOWN, because gRPC clients do not follow redirects/,
  })
  t.match(problemsOf({ ...pages, [`${RULE}.redirect`]: { enabled: true, code: 308 } }), {
    [`${RULE}.redirect`]: /^leads back to the same address/,
  })
  t.match(problemsOf({ ...pages, [`${RULE}.redirect`]: { ...redirect, prefix: '/a' } }), {
    [`${RULE}.redirect.prefix`]: /^cannot be combined with path/,
  })
  t.match(
    problemsOf({
      ...pages,
      [`${RULE}.match`]: { regex: '/a' },
      [`${RULE}.redirect`]: { enabled: true, prefix: '/a' },
    }),
    {
      [`${RULE}.redirect.prefix`]: /^has no prefix to replace/,
    },
  )
})

t.test(
  'T21: gRPC clients would call the service in spite of it, so it is an error where they read the rule',
  async (t) => {
    const clients = {
      kind: 'proxyless',
      lb: { policy: 'round_robin' },
      listeners: { echo: { l7: { routes: 'public' } } },
    }
    const document = {
      'fleets.clients': clients,
      'upstreams.echo': { endpoints: { b1: { address: '127.0.0.1:7101' } } },
    }
    const answer = (enabled: boolean) => ({ [`${RULE}.directResponse`]: { enabled, status: 'ABORTED' } })
    t.same(problemsOf({ ...document, ...answer(false) }), {}, 'the accepted twin')
    t.match(problemsOf({ ...document, ...answer(true) }), {
      [`${RULE}.directResponse`]: /^has no effect in fleet clients, whose kind is proxyless/,
    })
  },
)
