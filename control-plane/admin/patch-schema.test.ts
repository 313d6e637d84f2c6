// The schema of merge patches: what a patch may be that leads from one document to another.

import { Ajv } from 'ajv'
import t from 'tap'
import { ConfigSchema } from '../document/model.ts'
import { patchSchemaOf } from './patch-schema.ts'

const isPatch = new Ajv({ strict: false }).compile(patchSchemaOf(ConfigSchema))

const PATCHES: readonly object[] = [
  {},
  { fleets: { edge: { lb: { mode: 'l7' } } } },
  { fleets: { edge: { lb: { policy: 'random', choices: null } } } },
  { fleets: { edge: { lb: { choices: 3 } } } },
  { fleets: { edge: null }, upstreams: { echo: { endpoints: { b1: null, b2: { weight: 3 } } } } },
  { routes: { public: { hosts: ['*'], rules: { echo: { to: { echo: 0, other: null } } } } } },
]
for (const patch of PATCHES) {
  t.test(`${JSON.stringify(patch)} is a patch`, async (t) => {
    t.ok(isPatch(patch), JSON.stringify(isPatch.errors))
  })
}

const OTHERS: readonly unknown[] = [
  null,
  [],
  { fleet: {} },
  { fleets: { edge: { lb: { mode: 'l9' } } } },
  { fleets: { edge: { lb: { policy: 'prime' } } } },
  { fleets: { edge: { lb: { choice: 3 } } } },
  { upstreams: { 'a b': {} } },
  { routes: { public: { hosts: [] } } },
]
for (const value of OTHERS) {
  t.test(`${JSON.stringify(value)} is no patch`, async (t) => {
    t.notOk(isPatch(value))
  })
}
