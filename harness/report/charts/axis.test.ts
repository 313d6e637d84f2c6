// Axes over any values.

import t from 'tap'
import { axisOver, kindFor, type ScaleKind } from './axis.ts'

const CASES: Readonly<Record<string, readonly number[]>> = {
  'no values': [],
  'one value': [5],
  'only zeros': [0, 0],
  'a tiny value': [3e-9],
  'huge values': [1, 9e18],
  'a huge span': [1e-9, 1e12],
  'no numbers': [Number.NaN, Number.POSITIVE_INFINITY],
  'equal values': [7, 7, 7],
  'below zero': [-3, -1],
}

for (const [name, values] of Object.entries(CASES)) {
  for (const kind of ['linear', 'log'] as const satisfies ScaleKind[]) {
    t.test(`a ${kind} axis over ${name} has ticks, and all places are on it`, async (t) => {
      const axis = axisOver(values, { kind, range: [10, 110] })
      t.ok(axis.ticks.length >= 1 && axis.ticks.length <= 11, `${axis.ticks.length} ticks`)
      const places = [
        ...axis.ticks.map(({ at }) => at),
        ...values.filter(Number.isFinite).map(axis.at),
        axis.at(0),
      ]
      t.strictSame(
        places.filter((at) => !(at >= 10 && at <= 110)),
        [],
      )
      t.strictSame(
        axis.ticks.filter(({ label }) => /NaN|undefined|e\+/.test(label)),
        [],
      )
    })
  }
}

t.test('a linear axis begins at zero, unless it is free', async (t) => {
  t.equal(axisOver([90, 100], { kind: 'linear', range: [0, 100] }).at(0), 0)
  t.ok(
    axisOver([90, 100], { kind: 'linear', range: [0, 100], free: true }).ticks.every(
      ({ value }) => value >= 90,
    ),
  )
})

t.test('a logarithmic axis has a decade in the same length everywhere', async (t) => {
  const axis = axisOver([1, 1000], { kind: 'log', range: [0, 300] })
  t.strictSame(
    [1, 10, 100, 1000].map((value) => Math.round(axis.at(value))),
    [0, 100, 200, 300],
  )
  t.equal(axis.at(0), 0, 'zero is at its low end')
})

t.test('a value outside of an axis lies at its end', async (t) => {
  for (const kind of ['linear', 'log'] as const) {
    const axis = axisOver([1, 100], { kind, range: [0, 50] })
    t.strictSame([-5, 1e9].map(axis.at), [0, 50])
  }
})

t.test('an exact axis ends where the values do', async (t) => {
  const axis = axisOver([14.4], { kind: 'linear', range: [0, 144], exact: true })
  t.equal(axis.at(14.4), 144)
  t.ok(axis.ticks.every(({ value }) => value <= 14.4))
  t.equal(axisOver([0.5, 1.5], { kind: 'log', range: [0, 10], exact: true }).at(1.5), 10)
})

t.test('an axis may have its ticks where values are', async (t) => {
  const axis = axisOver([1, 64], { kind: 'log', range: [0, 300], ticksAt: [1, 8, 64] })
  t.strictSame(
    axis.ticks.map(({ label }) => label),
    ['1', '8', '64'],
  )
})

t.test('values that spread far are drawn logarithmically, zero never', async (t) => {
  t.equal(kindFor([1, 21]), 'log')
  t.equal(kindFor([1, 19]), 'linear')
  t.equal(kindFor([0, 1e6]), 'linear')
  t.equal(kindFor([]), 'linear')
})

t.test('a million values are no problem', async (t) => {
  const values = Array.from({ length: 1_000_000 }, (_, index) => index)
  t.equal(axisOver(values, { kind: 'linear', range: [0, 1] }).at(1e6), 1)
})
