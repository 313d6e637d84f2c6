// Which address an Envoy's listeners get on this host.
import t from 'tap'
import { nodeAddress } from './node-address.ts'

t.test('on Linux each Envoy has its own loopback address', async (t) => {
  const cases = [
    [0, '127.0.1.1'],
    [1, '127.0.1.2'],
    [253, '127.0.1.254'],
    [254, '127.0.2.1'],
    [254 * 254 - 1, '127.0.254.254'],
  ] as const
  for (const [index, address] of cases) t.equal(nodeAddress(index, 'linux'), address, `Envoy ${index}`)
})

t.test('on other systems the first Envoy has 127.0.0.1, and a second one is rejected', async (t) => {
  t.equal(nodeAddress(0, 'darwin'), '127.0.0.1')
  t.throws(() => nodeAddress(1, 'darwin'), {
    code: 'invalid-argument',
    message: /on darwin only 127\.0\.0\.1/,
  })
})

t.test('an invalid index is rejected', async (t) => {
  for (const index of [-1, 1.5, Number.NaN, 254 * 254]) {
    t.throws(() => nodeAddress(index, 'linux'), { code: 'invalid-argument' }, String(index))
  }
})
