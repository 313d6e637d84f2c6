// Addresses of sockets: which texts are addresses, and which are not.

import t from 'tap'
import { parseSocketAddress, parseSocketPath } from './socket-address.ts'

t.test('an address has an IP address and a port', async (t) => {
  t.same(parseSocketAddress('127.0.0.1:0'), { host: '127.0.0.1', port: 0 })
  t.same(parseSocketAddress('[::1]:65535'), { host: '::1', port: 65_535 })
  for (const text of ['', '127.0.0.1', '127.0.0.1:65536', '::1:1', 'localhost:1', '127.0.0.1:-1']) {
    t.equal(parseSocketAddress(text), undefined, text)
  }
})

t.test('the path of a socket has up to 107 bytes', async (t) => {
  t.equal(parseSocketPath('unix:a.sock'), 'a.sock')
  t.equal(parseSocketPath(`unix:/${'s'.repeat(106)}`)?.length, 107)
  for (const text of ['/a.sock', 'unix:', `unix:/${'s'.repeat(107)}`, 'unix:/a\0b']) {
    t.equal(parseSocketPath(text), undefined, text)
  }
})
