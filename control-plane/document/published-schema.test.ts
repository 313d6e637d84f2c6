// The published schema accepts every document of the tree, and refuses each one with a mistake in it.

import { readdirSync, readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import t from 'tap'
import { parse } from 'yaml'
import { isMap } from '../../core/plain-map.ts'
import { describeSchema } from './describe-schema.ts'
import { fieldsAt, fieldsDirectlyIn } from './field-path.ts'
import { ConfigSchema } from './model.ts'
import { publishedSchema, SCHEMA_ID } from './published-schema.ts'

const ROOT = new URL('../../', import.meta.url)
const GOLDENS = readdirSync(new URL('test/golden/', ROOT)).filter((name) => name.endsWith('.in.yaml'))
const DOCUMENTS = ['docs/reference/complete-document.yaml', ...GOLDENS.map((name) => `test/golden/${name}`)]

const schema = JSON.parse(publishedSchema())
const validate = new Ajv({ strict: true, strictRequired: false, allowUnionTypes: true }).compile(schema)
const fields = describeSchema(ConfigSchema)

interface Twin {
  readonly at: string
  readonly document: unknown
}

/** The document with one mistake, at each place in turn: a field that no object has, or an object instead of a value. */
function* twinsOf(document: unknown, at: readonly string[] = []): Generator<Twin> {
  const [field] = fieldsAt(fields, at)
  if (isMap(document)) {
    // Options of a policy of gRPC's own are whatever that policy takes.
    const isClosed = field?.type === 'object' && fieldsDirectlyIn(fields, at).length > 0
    if (at.length === 0 || isClosed) yield { at: at.join('.'), document: { ...document, nope: 1 } }
    for (const [name, inner] of Object.entries(document)) {
      for (const twin of twinsOf(inner, [...at, name])) {
        yield { at: twin.at, document: { ...document, [name]: twin.document } }
      }
    }
  } else if (field?.type === 'boolean' || field?.type === 'integer') {
    yield { at: at.join('.'), document: { nope: 1 } }
  }
}

for (const path of DOCUMENTS) {
  t.test(`${path} is accepted, and refused with a mistake at any place`, async (t) => {
    const document = parse(readFileSync(new URL(path, ROOT), 'utf8'))
    t.ok(validate(document), JSON.stringify(validate.errors))
    const twins = [...twinsOf(document)]
    t.ok(twins.length > 5)
    const accepted = twins.filter((twin) => validate(twin.document)).map(({ at }) => at)
    t.strictSame(accepted, [])
  })
}

t.test('it has an id, and what editors show: descriptions, defaults and examples', async (t) => {
  t.equal(schema.$id, SCHEMA_ID)
  t.equal(schema.$schema, 'http://json-schema.org/draft-07/schema#')
  const { healthCheck } = schema.properties.upstreams.additionalProperties.properties
  t.match(healthCheck, {
    description: /^a health check /,
    examples: [{ enabled: true }],
    properties: { interval: { default: '1s', description: /^the time between two checks/ } },
  })
  t.notMatch(publishedSchema(), /"(x-envoy-field|x-clients|x-unavailable|x-later|discriminator)":/)
})
