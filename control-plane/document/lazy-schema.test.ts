// A lazy schema finds what the whole schema finds, and compiles only the parts that a value has.

import { Ajv } from 'ajv'
import t from 'tap'
import { acceptLazySchemas, lazySchema } from './lazy-schema.ts'

const OPTIONS = { allErrors: true, discriminator: true, verbose: true } as const

const ENDPOINT = {
  type: 'object',
  properties: { port: { type: 'integer', description: 'a port' } },
  required: ['port'],
  description: 'an endpoint',
}

const SCHEMA = {
  type: 'object',
  additionalProperties: false,
  properties: {
    one: ENDPOINT,
    list: { type: 'array', items: ENDPOINT, description: 'endpoints' },
    named: { type: 'object', additionalProperties: ENDPOINT, propertyNames: { pattern: '^[a-z]+$' } },
    some: { type: 'object', patternProperties: { '^x-': ENDPOINT } },
    either: { anyOf: [{ type: 'string' }, ENDPOINT], description: 'a name or an endpoint' },
    choice: {
      type: 'object',
      discriminator: { propertyName: 'kind' },
      required: ['kind'],
      oneOf: [
        { properties: { kind: { const: 'near' }, at: ENDPOINT }, required: ['at'] },
        { properties: { kind: { const: 'far' } } },
      ],
    },
  },
}

const RIGHT: readonly unknown[] = [
  {},
  {
    one: { port: 1 },
    list: [{ port: 1 }, { port: 2 }],
    named: { a: { port: 1 } },
    some: { 'x-a': { port: 1 } },
  },
  { either: 'a' },
  { either: { port: 1 }, choice: { kind: 'near', at: { port: 1 } } },
]

const WRONG: readonly unknown[] = [
  [],
  { two: 1 },
  { one: {}, list: [{ port: 1 }, { port: 'a' }, 7], named: { a: {}, B: { port: 1 } }, some: { 'x-a': 1 } },
  { either: 7 },
  { either: {} },
  { choice: {} },
  { choice: { kind: 'here' } },
  { choice: { kind: 'near' } },
  { choice: { kind: 'near', at: { port: 'a' } } },
]

function newAjv(): Ajv {
  const ajv = new Ajv(OPTIONS)
  acceptLazySchemas(ajv)
  return ajv
}

/** All that a sentence about an error is made of. */
function errorsOf(ajv: Ajv, schema: object, value: unknown) {
  const validate = ajv.compile(schema)
  const isValid = validate(value)
  const errors = (validate.errors ?? []).map((error) => ({
    at: error.instancePath,
    keyword: error.keyword,
    params: error.params,
    data: error.data,
    message: error.message,
    description: error.parentSchema?.description,
  }))
  return { isValid, errors }
}

t.test('it accepts the same values, and finds the same errors', async (t) => {
  for (const value of [...RIGHT, ...WRONG]) {
    const whole = errorsOf(newAjv(), SCHEMA, value)
    t.equal(whole.isValid, RIGHT.includes(value))
    t.strictSame(errorsOf(newAjv(), lazySchema(SCHEMA), value), whole, JSON.stringify(value))
  }
})

t.test('one check finds the errors of each value anew', async (t) => {
  const ajv = newAjv()
  const lazy = lazySchema(SCHEMA)
  for (const value of [...WRONG, ...RIGHT, ...WRONG]) {
    t.strictSame(errorsOf(ajv, lazy, value), errorsOf(newAjv(), SCHEMA, value), JSON.stringify(value))
  }
})

t.test('a missing field is described by its own schema', async (t) => {
  const schema = { type: 'object', required: ['one'], properties: { one: ENDPOINT } }
  const validate = newAjv().compile(lazySchema(schema))
  validate({})
  t.match(validate.errors, [{ parentSchema: { properties: { one: { description: 'an endpoint' } } } }])
})

t.test('a part is compiled for the first value that has it, and once', async (t) => {
  const ajv = newAjv()
  const parts: unknown[] = []
  ajv.addKeyword({
    keyword: 'seen',
    compile: (name) => {
      parts.push(name)
      return () => true
    },
  })
  const part = { type: 'object', properties: { inner: { type: 'string', seen: 'a part' } } }
  const validate = ajv.compile(lazySchema({ type: 'object', properties: { a: part, b: part } }))
  t.ok(validate({}))
  t.strictSame(parts, [])
  t.ok(validate({ a: {}, b: {} }))
  t.ok(validate({ a: {} }))
  t.strictSame(parts, ['a part'])
})
