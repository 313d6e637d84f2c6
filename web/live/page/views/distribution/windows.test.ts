// The reports before a flip, and those of now.

import t from 'tap'
import { WINDOW_MS, windowsOf } from './windows.ts'

const START = Date.UTC(2026, 0, 1)
const at = (second: number) => new Date(START + second * 1_000).toISOString()
/** One a second, each about the second before it. */
const reports = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => ({ at: at(from + index), seconds: 1 }))
const secondsOf = (list: readonly { readonly at: string }[]) =>
  list.map(({ at }) => (Date.parse(at) - START) / 1_000)

t.test('without a flip, now is the last reports, and nothing is before', async (t) => {
  const { before, now } = windowsOf(reports(1, 100), undefined)
  t.same(before, [])
  t.same(secondsOf(now), secondsOf(reports(100 - WINDOW_MS / 1_000 + 1, 100)))
})

t.test('a report that a flip or an answer to it falls into belongs to neither window', async (t) => {
  const flip = { at: at(20.5), lanes: [{ ackedAt: at(20.6) }, { ackedAt: at(22.5) }, {}] }
  const { before, now } = windowsOf(reports(1, 26), flip)
  t.same(secondsOf(before), [11, 12, 13, 14, 15, 16, 17, 18, 19, 20])
  t.same(secondsOf(now), [24, 25, 26])
})

t.test('no report, no window', async (t) => {
  t.same(windowsOf([], { at: at(1), lanes: [] }), { before: [], now: [] })
})
