// The progress of a scenario on a terminal: one line in place, and what needs attention stays.

import { Writable } from 'node:stream'
import { stripVTControlCharacters } from 'node:util'
import t from 'tap'
import type { Progress } from '../../../harness/run-scenario.ts'
import { ProgressLines } from './progress.ts'

/** Where progress is shown, and what a person sees: text after a carriage return replaces the line. */
function screen(isTTY: boolean, columns = 100) {
  let written = ''
  const stream = new Writable({
    write(chunk, _, done) {
      written += chunk
      done()
    },
  }) as NodeJS.WriteStream
  stream.isTTY = isTTY
  stream.columns = columns
  const last = (line: string) => line.split('\r\x1b[2K').at(-1) ?? ''
  const seen = () => written.split('\n').map((line) => stripVTControlCharacters(last(line)))
  return { lines: new ProgressLines(stream), seen }
}

const AT = { number: 12, total: 115, rounds: 5, secondsLeft: 600 }
const run = { id: 'l4.unary', labels: {}, measure: () => Promise.reject(new Error('not measured here')) }
const result = { id: 'l4.unary', round: 2, labels: {}, begun: '2026-11-29T04:00:00Z' }
const BEGINS: Progress = { kind: 'begins', run, round: 2, ...AT }
const MEASURED: Progress = {
  kind: 'ended',
  result: { ...result, state: 'measured', tookSeconds: 4.25 },
  ...AT,
}
const FAILED: Progress = {
  ...{
    kind: 'ended',
    result: { ...result, state: 'failed', tookSeconds: 1, why: 'the port is in use' },
    ...AT,
  },
}

t.test(
  'on a terminal, the run and the time left are one line, which goes when the run has ended',
  async (t) => {
    const { lines, seen } = screen(true)
    lines.show(BEGINS)
    t.strictSame(seen(), ['12 of 115, about 10 min left  l4.unary (round 2 of 5)'])
    lines.show(MEASURED)
    t.strictSame(seen(), [''])
  },
)

t.test('on a narrow terminal, the end of the line is left out, so that it does not wrap', async (t) => {
  const { lines, seen } = screen(true, 40)
  lines.show(BEGINS)
  lines.stop()
  t.strictSame(seen(), [''])
  lines.show(BEGINS)
  t.strictSame(seen(), ['12 of 115, about 10 min left  l4.unary…'])
  lines.stop()
})

t.test('on a terminal, a run that failed stays with its reason', async (t) => {
  const { lines, seen } = screen(true)
  lines.show(BEGINS)
  lines.show(FAILED)
  t.strictSame(seen(), [
    '12 of 115  failed l4.unary (round 2 of 5) in 1.0 s, about 10 min left',
    '    the port is in use',
    '',
  ])
})

t.test('elsewhere, each run that has ended is a line', async (t) => {
  const { lines, seen } = screen(false)
  lines.show(BEGINS)
  lines.show(MEASURED)
  t.strictSame(seen(), ['12 of 115  measured l4.unary (round 2 of 5) in 4.3 s, about 10 min left', ''])
})

t.test('an error of another class has its stack, for the author of the scenario', async (t) => {
  const { lines, seen } = screen(false)
  lines.show({ ...FAILED, error: new TypeError('no such figure') })
  t.match(seen()[1], 'TypeError: no such figure')
  t.match(seen()[2], /^ +at .*progress\.test\.ts/)
})
