// Merge patches of the document.

import t from 'tap'
import { fc } from '../../../../test/support/fast-check.ts'
import type { Json } from '../store/state.ts'
import {
  applyPatch,
  changesBetween,
  describeValue,
  isEqual,
  patchBetween,
  valueAt,
  withValue,
} from './json-patch.ts'

const BEFORE = {
  version: 1,
  fleets: { edge: { lb: { mode: 'l7', policy: 'least_request', choices: 3 }, listeners: {} } },
}

t.test('an edit becomes a patch with its changes only', async (t) => {
  const path = ['fleets', 'edge', 'lb']
  const edited = withValue(
    withValue(withValue(BEFORE, [...path, 'policy'], 'random'), [...path, 'choices'], undefined),
    ['fleets', 'edge', 'security', 'opa', 'enabled'],
    true,
  )
  const patch = {
    fleets: { edge: { lb: { choices: null, policy: 'random' }, security: { opa: { enabled: true } } } },
  }
  t.same(patchBetween(BEFORE, edited), patch)
  t.same(applyPatch(BEFORE, patch), edited)
  t.same(
    changesBetween(BEFORE, edited).map(({ path, before, after }) => [path.join('.'), before, after]),
    [
      ['fleets.edge.lb.policy', 'least_request', 'random'],
      ['fleets.edge.lb.choices', 3, undefined],
      ['fleets.edge.security', undefined, { opa: { enabled: true } }],
    ],
  )
})

t.test('an edit that is taken back leaves no patch', async (t) => {
  const path = ['fleets', 'edge', 'lb', 'mode']
  t.equal(patchBetween(BEFORE, withValue(withValue(BEFORE, path, 'l4'), path, 'l7')), undefined)
})

t.test('a value of a path that leads nowhere is undefined, also one that every object has', async (t) => {
  t.equal(valueAt(BEFORE, ['fleets', 'none', 'lb']), undefined)
  t.equal(valueAt(BEFORE, ['version', 'x']), undefined)
  t.equal(valueAt(BEFORE, ['toString']), undefined)
})

t.test('a value is described as a person writes it', async (t) => {
  t.same([undefined, 'l4', 3, ['a']].map(describeValue), ['not set', 'l4', '3', '["a"]'])
})

// A document has no nulls: a merge patch removes by them.
const documents = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom<Json>(true, 1, 'a', ['x'], []),
    fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('value')),
  ),
})).value

t.test('the patch between two documents makes the second out of the first', async () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), documents), fc.dictionary(fc.string(), documents), (a, b) => {
      const patch = patchBetween(a, b)
      if (patch === undefined) return isEqual(a, b) && changesBetween(a, b).length === 0
      return isEqual(applyPatch(a, patch), b) && changesBetween(a, b).length > 0
    }),
  )
})
