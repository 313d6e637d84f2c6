// What failed beside other tests runs alone.

import t from 'tap'
import { runAlone } from './run-alone.ts'
import type { FileReport } from './tally.ts'

function report(title: string, failed = 0): FileReport {
  return { title, passed: 1, failed, skipped: 0, failures: [], reasonsToSkip: new Set(), duration: 1 }
}

function reports(...failed: readonly number[]): ReadonlyMap<string, FileReport> {
  return new Map(failed.map((failures, index) => [`${index}.test.ts`, report(`${index}`, failures)]))
}

/** Runs files with the given failures, one run after the other, and keeps which ran. */
function runs(...failures: readonly number[]) {
  const ran: string[] = []
  let running = 0
  const run = async (file: string) => {
    ran.push(file)
    running += 1
    t.equal(running, 1, 'no other file runs')
    await new Promise((resolve) => setImmediate(resolve))
    running -= 1
    return report(`${file} again`, failures[ran.length - 1])
  }
  return { run, ran }
}

const failures = (all: readonly FileReport[]) => all.map(({ failed }) => failed)
const titles = (all: readonly FileReport[]) => all.map(({ title }) => title)

t.test('a file that passes twice alone has not failed, and is named with its failure', async (t) => {
  const { run, ran } = runs(0, 0, 0, 0)
  const ended = await runAlone(reports(1, 0, 2), run)
  t.strictSame(ran, ['0.test.ts', '0.test.ts', '2.test.ts', '2.test.ts'])
  t.strictSame(failures(ended.reports), [0, 0, 0])
  t.strictSame(
    [titles(ended.passedAlone), failures(ended.passedAlone)],
    [
      ['0', '2'],
      [1, 2],
    ],
  )
})

t.test('a file that fails alone has failed, at the first or at the second run', async (t) => {
  for (const outcomes of [[1], [0, 1]]) {
    const { run, ran } = runs(...outcomes)
    const ended = await runAlone(reports(0, 1), run)
    t.equal(ran.length, outcomes.length)
    t.strictSame(failures(ended.reports), [0, 1])
    t.strictSame(ended.passedAlone, [])
  }
})

t.test('when more than three files failed, none runs again', async (t) => {
  const { run, ran } = runs()
  const ended = await runAlone(reports(1, 1, 1, 1), run)
  t.strictSame([ran, failures(ended.reports), ended.passedAlone], [[], [1, 1, 1, 1], []])
  const three = runs(0, 0, 0, 0, 0, 0)
  t.equal((await runAlone(reports(1, 1, 1), three.run)).passedAlone.length, 3)
})
