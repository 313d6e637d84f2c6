// What a client has when its stream begins.

import t from 'tap'
import { resourceFor, snapshotFor, typeUrlFor } from '../../test/support/script-resources.ts'
import { emptyTypeSnapshot } from '../snapshot/type-snapshot.ts'
import { type Held, holding, UNKNOWN } from '../type-state/held.ts'
import { reportedView } from './reported.ts'
import { createStreamState } from './stream.ts'

const CDS = typeUrlFor('CDS')
const retired = resourceFor('CDS', 'a=1')
const snapshot = snapshotFor('CDS b=1', 2, snapshotFor('CDS a=1 b=1', 1))
const claimed = (version: string): Held => ({ kind: 'claimed', version })

const CASES: readonly [title: string, reported: [string, string | undefined][], held: [string, Held][]][] = [
  ['nothing', [], []],
  ['a version', [['b', 'v1']], [['b', claimed('v1')]]],
  ['a name without a version', [['b', undefined]], [['b', UNKNOWN]]],
  ['a resource that is out of the snapshot', [['a', retired.version]], [['a', holding(retired)]]],
  ['the name of one', [['a', undefined]], [['a', holding(retired)]]],
  ['another version of one', [['a', 'v2']], [['a', claimed('v2')]]],
]

for (const [title, reported, held] of CASES) {
  t.test(`X21: a client that reports ${title}`, async (t) => {
    const view = reportedView({ ...createStreamState(), snapshot }, CDS, reported)
    t.same([...view.overrides], held)
    t.equal(view.base, emptyTypeSnapshot(CDS))
  })
}

t.test('X6: what the node NACKed on an earlier stream is unknown, whatever it reports', async (t) => {
  const unconfirmed = new Map([
    [CDS, new Set(['b', 'c'])],
    [typeUrlFor('LDS'), new Set(['l'])],
  ])
  const view = reportedView({ ...createStreamState({ unconfirmed }), snapshot }, CDS, [['b', 'v1']])
  t.same(
    [...view.overrides],
    [
      ['b', UNKNOWN],
      ['c', UNKNOWN],
    ],
  )
})

t.test('X25: before the first snapshot a reported version is kept', async (t) => {
  const { overrides } = reportedView(createStreamState(), CDS, [['a', retired.version]])
  t.same([...overrides], [['a', claimed(retired.version)]])
})
