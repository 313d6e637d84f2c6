// Hosts in addresses, and which of them only this host can reach.

import t from 'tap'
import { hostIn, isLoopback } from './loopback.ts'

const CASES: readonly [address: string, host: string | undefined, isLoopback: boolean][] = [
  ['127.0.0.1:9000', '127.0.0.1', true],
  ['127.1.2.3:0', '127.1.2.3', true],
  ['localhost:9000', 'localhost', true],
  ['[::1]:9000', '::1', true],
  ['0.0.0.0:9000', '0.0.0.0', false],
  ['[::]:9000', '::', false],
  [':::9000', '::', false],
  ['10.0.0.7:9000', '10.0.0.7', false],
  ['127.example.com:9000', '127.example.com', false],
  ['control-plane:9000', 'control-plane', false],
  ['unix:/run/xds.sock', undefined, false],
  ['9000', undefined, false],
  [':9000', undefined, false],
]

for (const [address, host, expected] of CASES) {
  t.test(`${address} has the host ${host}, which ${expected ? 'is' : 'is not'} loopback`, async (t) => {
    t.equal(hostIn(address), host)
    t.equal(host !== undefined && isLoopback(host), expected)
  })
}
