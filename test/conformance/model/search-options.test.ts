// The flags of `npm run model`.

import t from 'tap'
import { chooseSeeds, readOptions } from './search-options.ts'

/** The seeds for flags, on a clock that goes on by 20 seconds with each look. Random seeds count up from 100. */
function seedsFor(...flags: string[]): number[] {
  let elapsed = -20_000
  let last = 99
  const clock = () => (elapsed += 20_000)
  return [...chooseSeeds(readOptions(flags), [7, 8], clock, () => (last += 1))]
}

t.test('without flags it searches for a minute, 500 histories of each seed', async (t) => {
  t.match(readOptions([]), { histories: 500, known: false, given: [] })
  t.strictSame(seedsFor(), [100, 101, 102])
})

t.test('--minutes is a time, --seeds a number, and together the first to be reached ends it', async (t) => {
  t.equal(seedsFor('--minutes', '2').length, 6)
  t.equal(seedsFor('--seeds', '50').length, 50)
  t.equal(seedsFor('--seeds', '4', '--minutes', '2').length, 4)
  t.equal(seedsFor('--seeds', '50', '--minutes', '2').length, 6)
})

t.test('--seed and --known take no random seeds, and no seed twice', async (t) => {
  t.strictSame(seedsFor('--seed', '5', '--seed=-3'), [5, -3])
  t.strictSame(seedsFor('--known'), [7, 8])
  t.strictSame(seedsFor('--known', '--seed', '8', '--seed', '9'), [8, 9, 7])
})

t.test('all invalid flags are problems of one error', async (t) => {
  t.throws(
    () =>
      readOptions([
        '--minutes',
        '0',
        '--seeds',
        '1.5',
        '--seed',
        'x',
        '--histories=-1',
        '--jobs',
        '0',
        '--types',
        'few',
      ]),
    {
      code: 'invalid-argument',
      problems: [
        { path: '--minutes', message: '"0" is not a number above 0' },
        { path: '--seeds', message: '"1.5" is not a whole number above 0' },
        { path: '--histories' },
        { path: '--jobs' },
        { path: '--seed', message: '"x" is not an integer' },
        { path: '--types', message: '"few" is not one of core, all' },
      ],
    },
  )
  t.match(readOptions(['--minutes', '0.5', '--types', 'core']), { minutes: 0.5, types: 'core' })
})
