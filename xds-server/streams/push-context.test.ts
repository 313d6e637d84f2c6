// How far listeners are pushed while a response with clusters is un-ACKed.

import t from 'tap'
import { snapshotFor } from '../../test/support/script-resources.ts'
import { pendingOf, streamOf, typeStateOf, viewOf } from '../../test/support/stream-states.ts'
import type { Snapshot } from '../snapshot/snapshot.ts'
import type { TypeState } from '../type-state/type-state.ts'
import { pushContextFor } from './push-context.ts'

const CLUSTERS = 'b=1 c=1'
const LISTENERS = { ...typeStateOf('LDS'), pushed: snapshotFor('CDS b=1 | LDS', 1) }

interface Case {
  readonly listeners?: string
  readonly latest?: string
  /** The clusters that the client has, and those that it had before the un-ACKed response. */
  readonly has?: string
  readonly before?: string
  readonly names?: readonly string[]
  readonly others?: readonly TypeState[]
  readonly pushed?: Snapshot
}

/** The sequence of the snapshot that listeners are pushed to. The clusters of snapshot 2 are ACKed, those of 3 are not. */
function targetIn({ listeners = 'l=1:c', latest = listeners, others = [], ...fields }: Case) {
  const { has = CLUSTERS, before = has, names = [], pushed = LISTENERS.pushed } = fields
  const acked = snapshotFor(`CDS ${CLUSTERS} | LDS ${listeners}`, 2)
  const newest = snapshotFor(`CDS ${CLUSTERS} d=1 | LDS ${latest}`, 3)
  const pending = [pendingOf('CDS', 'd=1', { previous: acked, before: viewOf('CDS', before) })]
  const clusters = { ...typeStateOf('CDS', { has, names, pending }), pushed: newest }
  const own = { ...LISTENERS, pushed }
  const { target, isStageOpen } = pushContextFor(streamOf('', clusters, own, ...others), newest, own)
  if (isStageOpen) throw new Error('the stage of listeners is open')
  return target === 'none' ? target : target.sequence
}

const CASES: readonly [title: string, sequence: number, given: Case][] = [
  ['the client has the clusters that they name', 2, {}],
  ['the newest snapshot has other listeners', 1, { latest: 'l=2:c' }],
  ['the client has lost a cluster since', 1, { has: 'b=1' }],
  ['a lost cluster is sent again and not ACKed', 1, { before: 'b=1' }],
  ['one of several clusters is lost', 1, { listeners: 'l=1:b m=1:c', has: 'b=1' }],
  ['a cluster is lost, and routes are not', 1, { listeners: 'l=1:c m=1:rds', has: 'b=1' }],
  ['the client does not subscribe to the cluster', 2, { has: 'b=1', names: ['b'] }],
  ['the client has not asked for the routes', 2, { listeners: 'l=1:rds' }],
  ['the routes come later', 2, { listeners: 'l=1:rds', others: [typeStateOf('RDS', { names: ['l'] })] }],
  ['they were pushed to a newer snapshot', 4, { pushed: snapshotFor('LDS l=9', 4) }],
]

for (const [title, sequence, given] of CASES) {
  t.test(`X14: listeners go to snapshot ${sequence} if ${title}`, async (t) => {
    t.equal(targetIn(given), sequence)
  })
}
