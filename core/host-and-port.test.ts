// Addresses and their two parts.

import t from 'tap'
import { joinAddress, splitAddress } from './host-and-port.ts'

t.test('an address has a host without brackets, and a port', async (t) => {
  t.same(splitAddress('127.0.0.1:9000'), { host: '127.0.0.1', port: 9000 })
  t.same(splitAddress('[::1]:0'), { host: '::1', port: 0 })
  t.same(splitAddress(':::9000'), { host: '::', port: 9000 })
  t.same(
    splitAddress('control-plane:99999'),
    { host: 'control-plane', port: 99_999 },
    'ranges are not checked',
  )
})

t.test('other texts are no address', async (t) => {
  for (const text of ['9000', ':9000', 'unix:/run/xds.sock', '127.0.0.1:', '127.0.0.1:123456', ''])
    t.equal(splitAddress(text), undefined, text)
})

t.test('an address of IPv6 is joined with brackets', async (t) => {
  t.equal(joinAddress('127.0.0.1', 9000), '127.0.0.1:9000')
  t.equal(joinAddress('::1', 9000), '[::1]:9000')
  t.equal(joinAddress('control-plane', 'http'), 'control-plane:http')
})
