// Addresses to listen on, as flags write them.

import t from 'tap'
import type { Problem } from '../core/errors.ts'
import { readListen, readTcp } from './listen-flag.ts'

const read = (text: string, flag?: string) => {
  const problems: Problem[] = []
  const address = readListen(text, problems, flag)
  return { address, problems }
}

t.test('host and port, IPv6 in brackets, and Unix sockets are addresses', async (t) => {
  t.same(read('127.0.0.1:0'), { address: { host: '127.0.0.1', port: 0 }, problems: [] })
  t.same(read('localhost:65535'), { address: { host: 'localhost', port: 65_535 }, problems: [] })
  t.same(read('[::1]:80'), { address: { host: '::1', port: 80 }, problems: [] })
  t.same(read('unix:/run/a.sock'), { address: { path: '/run/a.sock' }, problems: [] })
  t.same(read(`unix:${'x'.repeat(107)}`).problems, [])
})

t.test('anything else is a problem of the flag', async (t) => {
  for (const text of ['', '127.0.0.1', ':80', '::1:80', 'localhost:65536', 'localhost:x', 'http://a:80']) {
    t.match(read(text, '--tokens').problems, [{ path: '--tokens', message: /is not an address/ }], text)
  }
  t.match(read('unix:').problems, [{ path: '--listen', message: /not 0$/ }])
  t.match(read(`unix:${'x'.repeat(108)}`).problems, [{ path: '--listen', message: /not 108$/ }])
})

t.test('metrics are not served on a Unix socket', async (t) => {
  const problems: Problem[] = []
  t.equal(readTcp('unix:/run/a.sock', problems, '--metrics'), undefined)
  t.match(problems, [{ path: '--metrics', message: /^Prometheus cannot call a Unix socket/ }])
  t.same(readTcp('127.0.0.1:9100', problems, '--metrics'), { host: '127.0.0.1', port: 9100 })
})
