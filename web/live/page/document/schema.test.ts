// The fields that the page makes of the schema of the document: of the real one.

import t from 'tap'
import { createConfigSchema } from '../../../../control-plane/document/model.ts'
import { choiceOf, constantOf, fieldsOf, foreignFields, isSwitch, type Schema, schemaAt } from './schema.ts'

/** As the API document has it: a constant is an `enum` of one value. */
const SCHEMA = JSON.parse(JSON.stringify(createConfigSchema()), (_, value) => {
  if (value?.const === undefined) return value
  const { const: constant, ...rest } = value
  return { ...rest, enum: [constant] }
}) as Schema
const LB = { mode: 'l7', policy: 'least_request', choices: 3 }
const DOCUMENT = { version: 1, fleets: { edge: { kind: 'envoy', lb: LB, listeners: { main: { port: 1 } } } } }

const at = (...path: readonly string[]): Schema => {
  const schema = schemaAt(SCHEMA, DOCUMENT, path)
  if (schema === undefined) throw new Error(`no schema at ${path.join('.')}`)
  return schema
}
const namesOf = (schema: Schema, value?: object) =>
  fieldsOf(schema, value as never, 'envoy').map(({ name }) => name)

t.test('a fleet of Envoys has the switches of its kind', async (t) => {
  const names = namesOf(at('fleets', 'edge'), DOCUMENT.fleets.edge)
  t.ok(
    ['lb', 'listeners', 'onNack', 'retry', 'security'].every((name) => names.includes(name)),
    names.join(),
  )
  t.notOk(names.includes('clients'), 'which only fleets of gRPC clients have')
})

t.test(
  'a policy is a choice, with the policies that Envoys understand and the options of the chosen one',
  async (t) => {
    const lb = at('fleets', 'edge', 'lb')
    const policies = [...(choiceOf(lb, 'envoy')?.variants.keys() ?? [])]
    t.ok(policies.includes('round_robin') && policies.includes('maglev'), policies.join())
    t.notOk(policies.includes('pick_first'), 'which Envoys do not have')
    t.ok(choiceOf(lb, 'proxyless')?.variants.has('pick_first'))
    const options = namesOf(lb, LB)
    t.ok(
      ['mode', 'choices', 'panicThreshold'].every((name) => options.includes(name)),
      options.join(),
    )
    t.notOk(options.includes('tableSize'), 'which is an option of maglev')
    t.notOk(options.includes('policy'), 'which is the choice itself')
  },
)

t.test('a new policy has no use for the options of the old one', async (t) => {
  const lb = at('fleets', 'edge', 'lb')
  t.same(foreignFields(lb, LB, 'random'), ['choices'])
  t.same(foreignFields(lb, LB, 'least_request'), [])
})

t.test('a field with one value is a constant, in both ways to write it', async (t) => {
  t.equal(constantOf(at('fleets', 'edge', 'kind')), 'envoy')
  t.equal(constantOf({ const: 'envoy' }), 'envoy')
  t.equal(constantOf({ enum: ['l4', 'l7'] }), undefined)
  t.equal(constantOf(undefined), undefined)
})

t.test('what can be enabled is a switch', async (t) => {
  t.ok(isSwitch(at('fleets', 'edge', 'retry')))
  t.notOk(isSwitch(at('fleets', 'edge', 'lb')))
})

t.test('entries of maps have the schema of the map, and an unknown place has none', async (t) => {
  t.equal(at('fleets', 'edge', 'listeners', 'main', 'port').type, 'integer')
  t.equal(schemaAt(SCHEMA, DOCUMENT, ['fleets', 'edge', 'nothing']), undefined)
})
