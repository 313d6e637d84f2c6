// The window of time of a revision.

import t from 'tap'
import { windowOfRevision } from './revision-window.ts'

const at = (seconds: number) => new Date(1_700_000_000_000 + seconds * 1_000).toISOString()
const revision = (number: number, seconds: number) => ({ revision: number, createdAt: at(seconds) })
const NOW = Date.parse(at(1_000))

t.test('it begins before the revision, and ends with the next one', async (t) => {
  const revisions = [revision(1, 0), revision(2, 100), revision(3, 400)]
  t.same(windowOfRevision(revisions, revision(2, 100), NOW), { from: at(70), to: at(400) })
})

t.test('the window of the revision in force ends now', async (t) => {
  t.same(windowOfRevision([revision(1, 0)], revision(1, 0), NOW), { from: at(-30), to: at(1_000) })
})

t.test('a revision that was replaced at once has a window all the same', async (t) => {
  t.same(windowOfRevision([revision(2, 101)], revision(1, 100), NOW), { from: at(70), to: at(130) })
})
