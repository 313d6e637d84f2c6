// Warnings as lines.

import t from 'tap'
import { describeWarnings } from './describe-warnings.ts'

t.test('a warning has its path, if it has one', async (t) => {
  t.same(
    describeWarnings([
      { path: 'upstreams.echo.retry', message: 'has no effect' },
      { path: '', message: 'and 3 more warnings' },
    ]),
    ['warning: upstreams.echo.retry: has no effect', 'warning: and 3 more warnings'],
  )
})
