// Files of rules: which limit a descriptor finds, and what is wrong with a file, all at once.

import t from 'tap'
import { findLimit } from './find-limit.ts'
import { parseRules } from './rules-file.ts'

const RULES = `
domain: shop
descriptors:
  - key: tenant
    value: gold
    rate_limit: { unit: minute, requests_per_unit: 100 }
    descriptors:
      - key: path
        value: /shop.Cart/Add
        rate_limit: { unit: second, requests_per_unit: 5 }
      - { key: path }
  - { key: tenant, value: "free-*", share_threshold: true, rate_limit: { unit: hour, requests_per_unit: 9 } }
  - { key: tenant, value: "free-b*", rate_limit: { unit: HOUR, requests_per_unit: 3 } }
  - { key: tenant, rate_limit: { unit: day, requests_per_unit: 1 }, shadow_mode: true }
  - { key: app, rate_limit: { unlimited: true } }
---
domain: mail
descriptors:
  - { key: tenant, rate_limit: { unit: second, requests_per_unit: 7 } }
`

const rules = parseRules([['rules.yaml', RULES]])
const find = (domain: string, ...entries: (readonly [key: string, value: string])[]) =>
  findLimit(
    rules,
    domain,
    entries.map(([key, value]) => ({ key, value })),
  )

t.test(
  'T16: a descriptor finds the limit of its value before that of a beginning, and of any value',
  async (t) => {
    t.match(find('shop', ['tenant', 'gold']), { name: 'shop.tenant_gold', limit: { requestsPerUnit: 100 } })
    t.match(find('shop', ['tenant', 'free-a']), { name: 'shop.tenant_free-*', limit: { unit: 'hour' } })
    t.match(find('shop', ['tenant', 'free-b1']), {
      name: 'shop.tenant_free-b*',
      limit: { requestsPerUnit: 3 },
    })
    t.match(find('shop', ['tenant', 'blue']), { name: 'shop.tenant', limit: { unit: 'day', isShadow: true } })
    t.match(find('mail', ['tenant', 'gold']), { name: 'mail.tenant', limit: { requestsPerUnit: 7 } })
    t.equal(find('shop', ['app', 'web'])?.limit.requestsPerUnit, Number.POSITIVE_INFINITY)
    t.match(find('shop', ['tenant', 'gold'], ['path', '/shop.Cart/Add']), { name: /gold\.path_/ })
  },
)

t.test('T16: a descriptor has no limit unless a rule is for all of its entries', async (t) => {
  t.equal(find('post', ['tenant', 'gold']), undefined, 'another domain')
  t.equal(find('shop', ['user', 'gold']), undefined, 'another key')
  t.equal(find('shop', ['tenant', 'gold'], ['app', 'web']), undefined, 'one entry more')
  t.equal(
    find('shop', ['tenant', 'gold'], ['path', '/shop.Cart/Get']),
    undefined,
    'a rule without rate_limit',
  )
  t.equal(find('shop', ['path', '/shop.Cart/Add'], ['tenant', 'gold']), undefined, 'another order')
})

t.test('T16: each value has a count of its own, unless the rule shares one', async (t) => {
  const keyOf = (tenant: string, domain = 'shop') => find(domain, ['tenant', tenant])?.countKey
  t.not(keyOf('blue'), keyOf('red'))
  t.not(keyOf('free-b1'), keyOf('free-b2'))
  t.not(keyOf('gold'), keyOf('gold', 'mail'))
  t.equal(keyOf('free-x'), keyOf('free-y'))
  const glued = (...tenants: [string, string]) => find('shop', ['tenant', 'gold'], tenants)?.countKey
  t.not(glued('path', '/shop.Cart/Add'), keyOf('gold'))
})

t.test('T16: all problems of all files are reported at once, and a file without them is not', async (t) => {
  const wrong = `
domain: shop
descriptors:
  - { key: tenant, rate_limit: { unit: fortnight, requests_per_unit: -1 } }
  - { value: gold, replaces: [] }
`
  const contradictory = `
domain: mail
descriptors:
  - { key: a, rate_limit: { unlimited: true, unit: day } }
  - { key: b, rate_limit: { unit: day } }
  - { key: c, rate_limit: { requests_per_unit: 1 } }
  - { key: d, shadow_mode: true }
  - { key: e, value: x, share_threshold: true, rate_limit: { unit: day, requests_per_unit: 1 } }
  - { key: f, descriptors: [{ key: g }, { key: g }] }
`
  const files = [
    ['a.yaml', wrong],
    ['b.yaml', contradictory],
    ['c.yaml', contradictory.split('\n').slice(0, 2).join('\n')],
    ['d.yaml', 'domain: [a'],
  ] as const
  const expected = [
    ['a.yaml: descriptors[0].rate_limit.unit', /^must be one of second, minute, hour, day$/],
    ['a.yaml: descriptors[0].rate_limit.requests_per_unit', /^must be a number of hits from 0/],
    ['a.yaml: descriptors[1].key', /^is missing$/],
    ['a.yaml: descriptors[1].replaces', /^is not supported: use one of key, value, rate_limit/],
    ['b.yaml: descriptors[0].rate_limit', /^is unlimited: remove unit/],
    ['b.yaml: descriptors[1].rate_limit.requests_per_unit', /^is missing/],
    ['b.yaml: descriptors[2].rate_limit.unit', /^is missing/],
    ['b.yaml: descriptors[3].shadow_mode', /^has no effect without rate_limit$/],
    ['b.yaml: descriptors[4].share_threshold', /^needs a value with a star/],
    ['b.yaml: descriptors[5].descriptors[1]', /^mail\.f\.g is there twice/],
    ['c.yaml: domain', /^the rules of "mail" are there twice/],
    ['d.yaml', /./],
  ] as const
  try {
    parseRules(files)
    t.fail('accepted')
  } catch (error) {
    const { code, problems } = error as { code: string; problems: { path: string; message: string }[] }
    t.equal(code, 'invalid-config')
    for (const [path, message] of expected) {
      t.match(
        problems.filter((one) => one.path === path).map((one) => one.message),
        [message],
        path,
      )
    }
    t.same([...new Set(problems.map(({ path }) => path))].sort(), expected.map(([path]) => path).sort())
  }
  t.same([...parseRules([['a.yaml', 'domain: shop']]).domains.keys()], ['shop'])
})
