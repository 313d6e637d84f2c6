// Moments as the arrows of a picture: what was sent, with its arrival at the other side.

import type { SequenceSection } from '../../../../harness/report/section.ts'
import type { Moment, Side } from './moment.ts'

type Step = SequenceSection['steps'][number]

/** Each message with its arrival; what arrived and was never sent, and what was sent and never arrived, alone. */
export function stepsOf(moments: readonly Moment[]): readonly Step[] {
  const arrivals = moments.filter(({ does }) => does === 'receives')
  const sent = moments.filter(({ does }) => does === 'sends')
  const taken = new Set<Moment>()
  const arrows = sent.map(({ side, what, atMs }): Step => {
    const arrival = arrivals.find((one) => one.side !== side && one.what === what && !taken.has(one))
    if (arrival === undefined) return { label: what, from: side, sentMs: atMs }
    taken.add(arrival)
    return { label: what, from: side, sentMs: atMs, receivedMs: arrival.atMs }
  })
  const alone = arrivals
    .filter((one) => !taken.has(one))
    .map(({ side, what, atMs }): Step => ({ label: what, from: otherThan(side), receivedMs: atMs }))
  const notes = moments
    .filter(({ does }) => does === 'notes')
    .map(({ side, what, atMs }): Step => ({ label: what, from: otherThan(side), receivedMs: atMs }))
  return [...arrows, ...alone, ...notes]
}

const otherThan = (side: Side): Side => (side === 'client' ? 'server' : 'client')
