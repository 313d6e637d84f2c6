// The README's picture is the one that the recorded run gives, and says what the run measured.

import { readFileSync } from 'node:fs'
import t from 'tap'
import type { DemoRecord } from '../../cli/demo/record.ts'
import { drawFlip, THEMES } from './draw-flip.ts'

const read = (name: string) => readFileSync(new URL(name, import.meta.url), 'utf8')
const record = JSON.parse(read('flip.json')) as DemoRecord

t.test('the pictures in the tree are drawn from flip.json', async (t) => {
  for (const theme of ['light', 'dark'] as const) {
    t.equal(read(`flip-${theme}.svg`), drawFlip(record, THEMES[theme]), 'if not, run: npm run docs')
  }
})

const one = (callsByBackend: Readonly<Record<string, number>>) =>
  ({
    connections: 1,
    calls: 100,
    failed: 0,
    keys: 'none',
    callsByBackend,
    variation: 0,
    noiseFloor: 0.1,
  }) as const

const switched = { ackedMs: 20, lastGoneMs: 0, oldConnections: 4, calls: 300, failed: 0 }

const made: DemoRecord = {
  envoys: 3,
  backends: ['b1', 'b<2>'],
  settings: [
    { mode: 'l4', distributions: [one({ b1: 100, 'b<2>': 0 })] },
    { mode: 'l7', policy: 'random', switched, distributions: [one({ b1: 25, 'b<2>': 75 })] },
  ],
}

t.test('a bar has the share of each backend that answered', async (t) => {
  const svg = drawFlip(made, THEMES.light)
  t.match(svg, '>b1 100 %<')
  t.match(svg, '>b1 25.0 %<')
  t.match(svg, '>b&lt;2&gt; 75.0 %<')
  t.notMatch(svg, '2&gt; 0')
  t.match(svg, '>20 ms<')
})

t.test('failed calls stand out', async (t) => {
  const [l4, l7] = made.settings
  if (l4 === undefined || l7 === undefined) throw new Error('two settings')
  const bad = { ...made, settings: [l4, { ...l7, switched: { ...switched, failed: 2 } }] }
  t.notMatch(drawFlip(made, THEMES.light), THEMES.light.accent)
  t.match(drawFlip(bad, THEMES.light), THEMES.light.accent)
  t.match(drawFlip(bad, THEMES.light), '2 of 300 calls failed')
})
