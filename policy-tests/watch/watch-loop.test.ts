// Runs by real files: one for each change, none without, and each file that a run names counts from then on.

import { renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { testFolder } from '../../test/support/test-folder.ts'
import { runOnChanges } from './watch-loop.ts'

const INTERVAL_MS = 10

/** A loop whose runs and waits can be awaited. */
function startLoop(t: Test, run: (count: number, dependOn: (path: string) => void) => void) {
  const end = new AbortController()
  let runs = 0
  const changes: (readonly string[])[] = []
  let waiting = Promise.withResolvers<void>()
  const ended = runOnChanges(
    async (dependOn) => {
      runs += 1
      run(runs, dependOn)
    },
    {
      signal: end.signal,
      intervalMs: INTERVAL_MS,
      onWait: () => waiting.resolve(),
      onChange: (paths) => changes.push(paths),
    },
  )
  t.teardown(() => {
    end.abort()
    return ended
  })
  return {
    changes,
    runs: () => runs,
    ended,
    end: () => end.abort(),
    /** Resolves when the run behind the next change is done. */
    async untilWaiting() {
      await waiting.promise
      waiting = Promise.withResolvers()
    },
  }
}

t.test('a run follows each change, and none follows without one', async (t) => {
  const folder = testFolder(t, { 'a.yaml': '1', 'a.next': '2' })
  const a = join(folder, 'a.yaml')
  const loop = startLoop(t, (_, dependOn) => dependOn(a))
  await loop.untilWaiting()
  writeFileSync(a, '22')
  await loop.untilWaiting()
  renameSync(join(folder, 'a.next'), a)
  await loop.untilWaiting()
  t.same(loop.changes, [[a], [a]])
  t.equal(loop.runs(), 3, 'watching a file is no change of it')
})

t.test('a file that changes while it is read leads to another run', async (t) => {
  const a = join(testFolder(t, { a: '1' }), 'a')
  const loop = startLoop(t, (count, dependOn) => {
    dependOn(a)
    if (count === 1) writeFileSync(a, '22')
  })
  await loop.untilWaiting()
  await loop.untilWaiting()
  t.same(loop.changes, [[a]])
})

t.test('files come and go with what a run names', async (t) => {
  const folder = testFolder(t, { a: '1', b: '1' })
  const [a, b, late] = [join(folder, 'a'), join(folder, 'b'), join(folder, 'late')]
  const loop = startLoop(t, (count, dependOn) => {
    for (const path of count < 3 ? [a, late] : [b]) dependOn(path)
  })
  await loop.untilWaiting()
  writeFileSync(late, '1')
  await loop.untilWaiting()
  t.same(loop.changes, [[late]], 'a file that was missing')
  rmSync(a)
  await loop.untilWaiting()
  t.same(loop.changes[1], [a], 'a file that went')
  writeFileSync(late, '333')
  writeFileSync(b, '22')
  await loop.untilWaiting()
  t.same(loop.changes[2], [b], 'a file that is no longer named is no longer watched')
})

t.test('the loop ends when it is asked to', async (t) => {
  const a = join(testFolder(t, { a: '1' }), 'a')
  const loop = startLoop(t, (_, dependOn) => dependOn(a))
  await loop.untilWaiting()
  loop.end()
  await loop.ended
  t.equal(loop.runs(), 1)
})
