// What a plan notes of single names.

import t from 'tap'
import { resourcesOf, viewOf } from '../../test/support/stream-states.ts'
import { ABSENT, holding, REMOVED, UNKNOWN } from './held.ts'
import { PlannedNames } from './planned-names.ts'
import { NO_OVERRIDES } from './view.ts'

const { base: target } = viewOf('CDS', 'a=1')
const [a] = resourcesOf('CDS', 'a=1')
if (a === undefined) throw new Error('no resource')

t.test(
  'a name that needs nothing is gone only if the client was left without it and nobody said so',
  async (t) => {
    const names = new PlannedNames(target)
    names.add('a', 'none', holding(a), a)
    names.add('told', 'none', REMOVED, undefined)
    t.strictSame(names.gone, [])
    names.add('left', 'none', ABSENT, undefined)
    t.strictSame(names.gone, ['left'])
  },
)

t.test('a plan without names that differ from its target shares the empty overrides', async (t) => {
  const names = new PlannedNames(target)
  names.add('a', 'send', ABSENT, a)
  names.add('b', 'remove', UNKNOWN, undefined)
  t.ok(names.overrides === NO_OVERRIDES)
  t.strictSame([names.upserts, names.restored, names.removed], [[a], [], ['b']])
  names.add('c', 'keep', UNKNOWN, undefined)
  t.strictSame([...names.overrides], [['c', UNKNOWN]])
})
