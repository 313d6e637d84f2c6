// Addresses of endpoints: which are valid, and the error texts of the others.

import t from 'tap'
import { type EndpointAddress, parseAddress } from './address.ts'

const GOOD: readonly [text: string, address: EndpointAddress][] = [
  ['127.0.0.1:7101', { kind: 'tcp', host: '127.0.0.1', port: 7101 }],
  ['127.0.0.1:65535', { kind: 'tcp', host: '127.0.0.1', port: 65535 }],
  ['10.0.0.0:80', { kind: 'tcp', host: '10.0.0.0', port: 80 }],
  ['[::ffff:127.0.0.1]:80', { kind: 'tcp', host: '::ffff:127.0.0.1', port: 80 }],
  ['[::1]:1', { kind: 'tcp', host: '::1', port: 1 }],
  ['unix:/run/b3.sock', { kind: 'unix', path: '/run/b3.sock' }],
  [`unix:/${'x'.repeat(106)}`, { kind: 'unix', path: `/${'x'.repeat(106)}` }],
]

for (const [text, address] of GOOD) {
  t.test(`${text} is an address`, async (t) => {
    t.same(parseAddress(text), address)
  })
}

const BAD: readonly [text: string, message: RegExp][] = [
  ['', /must be IP:PORT/],
  ['127.0.0.1', /must be IP:PORT/],
  ['127.0.0.1:', /must be IP:PORT/],
  ['127.0.0.1:0', /must be IP:PORT/],
  ['127.0.0.1:65536', /must be IP:PORT/],
  ['127.0.0.1:07101', /must be IP:PORT/],
  ['::1:7101', /must be IP:PORT/],
  ['localhost:7101', /"localhost" is not an IP address.*write 127\.0\.0\.1:7101/],
  ['[127.0.0.1]:7101', /"127\.0\.0\.1" is not an IP address/],
  ['256.0.0.1:80', /"256\.0\.0\.1" is not an IP address/],
  [':80', /"" is not an IP address/],
  ['0.0.0.0:7101', /"0\.0\.0\.0" is not the address of one host.*such as 127\.0\.0\.1:7101/],
  ['0.1.2.3:7101', /not the address of one host/],
  ['[::]:7101', /"::" is not the address of one host.*\[::1\]:7101/],
  ['[0:0:0::0]:7101', /not the address of one host/],
  ['[::ffff:0.0.0.0]:7101', /not the address of one host/],
  ['224.0.0.1:7101', /not the address of one host/],
  ['255.255.255.255:7101', /not the address of one host/],
  ['[ff02::1]:7101', /not the address of one host/],
  ['unix:', /needs an absolute path/],
  ['unix:run/b3.sock', /needs an absolute path/],
  [`unix:/${'x'.repeat(107)}`, /longer than the 107 bytes/],
]

for (const [text, message] of BAD) {
  t.test(`"${text.slice(0, 30)}" is rejected, with a way to fix it`, async (t) => {
    t.match(parseAddress(text), message)
  })
}
