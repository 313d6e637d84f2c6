// Which flip is shown.

import t from 'tap'
import type { FlipLane, FlipProgress, Revision } from '../../store/contract.ts'
import { chooseFlip, flipsOf } from './shown-flip.ts'

const at = '2026-01-01T00:00:00.000Z'
const flip = (revision: number, lane: Partial<FlipLane> = {}, fleet = 'edge'): FlipProgress => ({
  revision,
  at,
  fleets: [fleet],
  lanes: [{ node: 'edge-1', fleet, ...lane }],
})
const written = (...authors: readonly string[]) =>
  new Map(
    authors.map((author, index): [number, Revision] => [
      index + 1,
      { revision: index + 1, etag: '', author, createdAt: at, status: 'accepted' },
    ]),
  )
const shown = (
  flips: readonly FlipProgress[],
  revisions = written('rest', 'rest', 'rest'),
  wanted?: number,
) => chooseFlip(flips, revisions, wanted)?.revision

t.test('the newest flip is shown, or the one of the address while it is kept', async (t) => {
  t.equal(shown([flip(1), flip(2)]), 2)
  t.equal(shown([flip(1), flip(2)], undefined, 1), 1)
  t.equal(shown([flip(1), flip(2)], undefined, 9), 2)
  t.equal(shown([]), undefined)
})

t.test('after a NACK, the rejected flip is shown and not the rollback, until the next flip', async (t) => {
  const nacked = flip(2, { nack: { message: 'no' } })
  t.equal(shown([flip(1), nacked, flip(3)], written('rest', 'rest', 'system')), 2)
  t.equal(shown([flip(1), nacked, flip(3)], written('rest', 'rest', 'rest')), 3, 'twin: written by a person')
  t.equal(
    shown([flip(1), flip(2), flip(3)], written('rest', 'rest', 'system')),
    3,
    'twin: nothing NACKed before',
  )
})

t.test('a fleet has the flips that concern it', async (t) => {
  const flips = new Map([flip(1), flip(2, {}, 'canary'), flip(3)].map((one) => [one.revision, one]))
  t.same(
    flipsOf(flips, 'edge').map(({ revision }) => revision),
    [1, 3],
  )
})
