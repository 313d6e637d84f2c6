// How even a spread is, in words.

import t from 'tap'
import { evennessOf } from './evenness.ts'

const spread = (...calls: readonly number[]) =>
  calls.map((calls, index) => ({ name: `b${index + 1}`, calls, weight: 1 }))

t.test('the words of a spread', async (t) => {
  const words = (...calls: readonly number[]) => evennessOf(spread(...calls)).words
  t.equal(words(0, 0, 0), 'no calls yet')
  t.equal(words(3, 4, 3), '10 calls: too few to tell chance from order')
  t.equal(words(100, 100, 100), 'dealt out evenly, more so than by chance')
  t.equal(words(90, 110, 100), 'as even as chance allows')
  t.equal(words(300, 0, 0), 'uneven: b1 has all calls')
  t.equal(words(150, 150, 0), 'uneven: b1 has 1.5 times its fair share, b3 none')
  t.equal(words(200, 50, 50), 'uneven: b1 has 2.0 times its fair share')
  t.equal(words(12), 'one backend has all calls')
})

t.test(
  'the figures are those of the demonstration: CV, and the square root of (backends - 1) / calls',
  async (t) => {
    const { variation, noiseFloor } = evennessOf(spread(90, 110, 100))
    t.equal(variation.toFixed(4), (Math.sqrt(200 / 3) / 100).toFixed(4))
    t.equal(noiseFloor.toFixed(4), Math.sqrt(2 / 300).toFixed(4))
  },
)

t.test('a fair share is by weight, and a backend of weight 0 has none', async (t) => {
  const weighted = [
    { name: 'b1', calls: 200, weight: 2 },
    { name: 'b2', calls: 100, weight: 1 },
    { name: 'b3', calls: 0, weight: 0 },
  ]
  t.same(evennessOf(weighted).variation, 0)
  t.equal(evennessOf(weighted).tone, 'even')
})

t.test('random picks are called uneven once in a million, so never in 2,000 spreads', async (t) => {
  // A generator with a fixed seed (mulberry32): the same spreads in every run.
  let seed = 7
  const random = () => {
    seed = (seed + 0x6d2b79f5) | 0
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const tones = new Set<string>()
  for (let run = 0; run < 2_000; run++) {
    const counts = [0, 0, 0, 0]
    for (let call = 0; call < 100; call++) {
      const pick = Math.floor(random() * 4)
      counts[pick] = (counts[pick] ?? 0) + 1
    }
    tones.add(evennessOf(spread(...counts)).tone)
  }
  t.notOk(tones.has('uneven'), [...tones].join())
})
