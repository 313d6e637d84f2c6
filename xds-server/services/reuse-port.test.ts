// Which Node can share a port, by its version.

import t from 'tap'
import { reusePortIn } from './reuse-port.ts'

t.test('reusePort is rejected in a Node that would ignore it, and accepted in the others', async (t) => {
  for (const version of ['20.12.0', '20.20.2', '22.11.0', '23.0.0']) {
    t.strictSame(
      reusePortIn(version)(true, 'reusePort'),
      [{ path: 'reusePort', message: `needs Node 22.12, 23.1 or newer, and this is Node ${version}` }],
      version,
    )
    t.strictSame(reusePortIn(version)(false, 'reusePort'), [])
  }
  for (const version of ['22.12.0', '22.23.3', '23.1.0', '24.0.0', '100.0.0'])
    t.strictSame(reusePortIn(version)(true, 'reusePort'), [], version)
})

t.test('anything but true and false is rejected in every Node', async (t) => {
  for (const version of ['20.12.0', '24.0.0'])
    t.match(reusePortIn(version)('yes', 'reusePort'), [{ message: '"yes" is not true or false' }])
})
