// Random patches on a random resource: each gives an error that names it, or a valid resource of the same name.

import { create, type JsonValue, toBinary, toJson } from '@bufbuild/protobuf'
import t from 'tap'
import { fc } from '../../../test/support/fast-check.ts'
import { sampleWith } from '../../../test/support/sample-config.ts'
import { checkConfig } from '../../document/validate.ts'
import { type Operation, PATCHED_TYPES, type PatchedType } from '../../switches/patches.ts'
import { findPatchProblems, translate } from '../translate.ts'
import { ENVOY_MESSAGES, findMessage } from './envoy-messages.ts'
import { stepsOf, valueAt } from './json-pointer.ts'

const RUNS = 1_000
const SERVED = translate(sampleWith({ 'fleets.edge.lb.mode': 'l7' }), 'edge').resources

interface Shown {
  readonly type: PatchedType
  readonly resource: string
  readonly json: JsonValue
}

/** The served resources as patches see them. */
const SHOWN: readonly Shown[] = SERVED.flatMap((one) => {
  const schema = findMessage(one.$typeName)
  if (schema === undefined) return []
  const index = ['Listener', 'RouteConfiguration', 'Cluster', 'ClusterLoadAssignment'].indexOf(schema.name)
  const json = toJson(schema, one, { registry: ENVOY_MESSAGES })
  return { type: PATCHED_TYPES[index] ?? 'cluster', resource: nameOf(one) ?? '', json }
})

/** Pointers to all values of the resources. */
const POINTERS = [...new Set(SHOWN.flatMap(({ json }) => pointersIn(json)))]

function nameOf(message: object): string | undefined {
  const { name, clusterName = name } = message as { readonly name?: string; readonly clusterName?: string }
  return clusterName
}

function pointersIn(value: unknown, at = ''): readonly string[] {
  if (typeof value !== 'object' || value === null) return [at]
  const inner = Object.entries(value).flatMap(([name, one]) =>
    pointersIn(one, `${at}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`),
  )
  return [at, ...inner]
}

const somePointer = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...POINTERS.filter((one) => one !== '')) },
  { weight: 2, arbitrary: fc.constantFrom(...POINTERS).map((one) => `${one}/-`) },
  { weight: 1, arbitrary: fc.constantFrom(...POINTERS).map((one) => `${one}/0`) },
  { weight: 1, arbitrary: fc.constantFrom('/__proto__/x', '/constructor', '/-1', '/x~2', 'x', '', '//') },
)
const someValue = fc.oneof(
  fc.constantFrom('', 'echo', '1s', 0, 1, -1, true, null, {}, [], { name: 'x' }, { cluster: 'echo' }),
  fc
    .constantFrom('google.protobuf.Empty', 'envoy.extensions.filters.http.lua.v3.Lua', 'no.such.Type', '')
    .map((name) => ({
      name: 'x',
      typedConfig: { '@type': `type.googleapis.com/${name}` },
    })),
  fc.jsonValue({ maxDepth: 3 }),
)
const someOperation: fc.Arbitrary<Operation> = fc.oneof(
  fc.record({ op: fc.constantFrom('add', 'replace', 'test'), path: somePointer, value: someValue }),
  fc.record({ op: fc.constant('remove'), path: somePointer }),
  fc.record({ op: fc.constantFrom('move', 'copy'), path: somePointer, from: somePointer }),
) as fc.Arbitrary<Operation>
const wildPatch = fc.record({
  enabled: fc.constant(true),
  type: fc.constantFrom(...PATCHED_TYPES),
  resource: fc.constantFrom('*', 'main', 'echo', 'e*2', 'nobody'),
  operations: fc.array(someOperation, { minLength: 1, maxLength: 4 }),
})
/** With pointers to what is there, and values that are there too. */
const nearPatch = fc.constantFrom(...SHOWN).chain(({ type, resource, json }) => {
  const pointer = fc.constantFrom(...pointersIn(json).filter((one) => one !== ''))
  const here = pointer.map((path) => ({ path, value: valueAt(json, stepsOf(path)) }))
  const operation = fc.oneof(
    fc.tuple(fc.constantFrom('test', 'replace', 'add'), here).map(([op, one]) => ({ op, ...one })),
    fc.record({ op: fc.constant('copy'), path: pointer, from: pointer }),
    fc.record({ op: fc.constant('remove'), path: pointer }),
  )
  return fc.record({
    enabled: fc.constant(true),
    type: fc.constant(type),
    resource: fc.constant(resource),
    operations: fc.array(operation, { minLength: 1, maxLength: 2 }),
  })
})
const somePatch = fc.oneof(wildPatch, nearPatch)

t.test(`T30: ${RUNS} random patches give an error with a path, or valid resources`, async (t) => {
  const outcomes = { invalid: 0, inapplicable: 0, applied: 0 }
  fc.assert(
    fc.property(somePatch, (patch) => {
      const checked = checkConfig(
        sampleWith({ 'fleets.edge.lb.mode': 'l7', 'fleets.edge.patches': { own: patch } }),
      )
      if ('problems' in checked) {
        outcomes.invalid += 1
        return checked.problems.every(({ steps, message }) => steps[3] === 'own' && message.length > 0)
      }
      const problems = findPatchProblems(checked.config)
      if (problems.length > 0) {
        outcomes.inapplicable += 1
        return problems.every(({ steps, message }) => steps[3] === 'own' && message.length > 0)
      }
      outcomes.applied += 1
      const { resources } = translate(checked.config, 'edge')
      return resources.every((one, index) => {
        const schema = findMessage(one.$typeName)
        if (schema === undefined || nameOf(one) !== nameOf(SERVED[index] ?? {})) return false
        toBinary(schema, create(schema, one as never))
        return JSON.stringify(toJson(schema, one, { registry: ENVOY_MESSAGES })).length > 0
      })
    }),
    { numRuns: RUNS },
  )
  t.comment(JSON.stringify(outcomes))
  for (const [outcome, count] of Object.entries(outcomes)) t.ok(count > RUNS / 100, outcome)
})
