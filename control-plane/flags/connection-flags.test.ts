// Flags about connections: what they mean, and what is wrong with them.

import t from 'tap'
import { readConnectionFlags } from './connection-flags.ts'

const flags = { 'close-grace': '2' }

t.test('flags become settings in milliseconds', async (t) => {
  t.strictSame(readConnectionFlags(flags), { closeGraceMs: 2_000 })
  const all = { 'close-grace': '0.5', 'connection-age': '1800', 'xds-limit': ['streams=5', 'names=7'] }
  t.strictSame(readConnectionFlags(all), {
    closeGraceMs: 500,
    maxConnectionAgeMs: 1_800_000,
    limits: { streams: 5, names: 7 },
  })
})

t.test('a flag that makes no sense is an error that names it', async (t) => {
  const cases = [
    [
      { 'connection-age': '0.5' },
      '--connection-age 0.5 is not a number of seconds from 1 to 86400: see --help',
    ],
    [{ 'close-grace': '601' }, '--close-grace 601 is not a number of seconds from 0 to 600: see --help'],
    [
      { 'xds-limit': ['streams'] },
      '--xds-limit streams is not NAME=NUMBER, such as streams=50000: see --help',
    ],
    [
      { 'xds-limit': ['streams=-1'] },
      '--xds-limit streams=-1 is not NAME=NUMBER, such as streams=50000: see --help',
    ],
  ] as const
  for (const [wrong, message] of cases) {
    t.throws(() => readConnectionFlags({ ...flags, ...wrong }), { code: 'invalid-argument', message })
  }
})
