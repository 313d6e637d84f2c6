// Marks that would lie on each other.

import t from 'tap'
import type { LaneMark } from '../section.ts'
import { mergeMarks } from './merge-marks.ts'

const mark = (atMs: number, type: string, from: LaneMark['from'] = 'client', bytes = 10): LaneMark => ({
  ...{ atMs, type, from, bytes },
})
const drawn = (...marks: readonly LaneMark[]) =>
  mergeMarks(marks, (atMs) => atMs).map(({ x, type, count, bytes }) => [x, type, count, bytes])

t.test('O2.1: frames of a type and a side at one spot are one mark, as tall as the largest', async (t) => {
  t.strictSame(
    drawn(mark(1, 'DATA'), mark(1.5, 'DATA', 'client', 70), mark(1.6, 'DATA', 'server'), mark(4, 'DATA')),
    [
      [1, 'DATA', 2, 70],
      [1.6, 'DATA', 1, 10],
      [4, 'DATA', 1, 10],
    ],
  )
  const [merged] = mergeMarks([mark(1, 'DATA'), mark(1.5, 'DATA')], (atMs) => atMs)
  t.equal(merged?.tip, '2 × DATA from the client at 1.000 ms and right after: 20 bytes')
})

t.test('O2.1: a mark that would cover another type stands beside it, and stays near its time', async (t) => {
  t.strictSame(
    drawn(
      mark(1, 'HEADERS'),
      mark(1, 'CONTINUATION'),
      mark(1, 'PING'),
      mark(1, 'GOAWAY'),
      mark(90, 'PING'),
    ).map(([x]) => x),
    [1, 9, 17, 1, 90],
  )
  t.strictSame(
    drawn(mark(1, 'HEADERS'), mark(1, 'HEADERS', 'server')).map(([x]) => x),
    [1, 1],
  )
})

t.test('what is no number is not drawn', async (t) => {
  t.strictSame(drawn(mark(Number.NaN, 'DATA'), mark(1, 'DATA', 'client', Number.POSITIVE_INFINITY)), [])
})
