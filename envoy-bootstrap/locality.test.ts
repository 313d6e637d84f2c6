// The text of `--locality`, and localities that say nothing.

import t from 'tap'
import { localityProblems, readLocality } from './locality.ts'

t.test('T5: a locality has up to three parts', async (t) => {
  t.same(readLocality('eu'), { region: 'eu', zone: '', subZone: '' })
  t.same(readLocality('eu/eu-a/rack-1'), { region: 'eu', zone: 'eu-a', subZone: 'rack-1' })
  t.throws(() => readLocality('a/b/c/d'), { code: 'invalid-argument', message: /more than three parts/ })
})

t.test('T5: an empty locality is invalid, and a zone alone is not', async (t) => {
  t.match(localityProblems({ region: '' }), [{ path: 'locality', message: /is empty/ }])
  t.same(localityProblems({ zone: 'eu-a' }), [])
})
