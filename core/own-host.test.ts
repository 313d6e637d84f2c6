// S62: which values of the header Host are this server, and which may be names that somebody has pointed here.

import t from 'tap'
import { isOwnHost } from './own-host.ts'

const OWN = ['rest.internal']
const ACCEPTED = [
  ...['127.0.0.1', '127.0.0.1:9000', '10.0.0.2:9443', '[::1]', '[::1]:9000'],
  ...['localhost', 'LOCALHOST:9000', 'localhost.', 'rest.internal', 'REST.internal:9443', 'rest.internal.'],
]
const REJECTED = [
  ...['', 'evil.example', 'evil.example:9000', 'localhost.evil.example', '127.0.0.1.evil.example'],
  ...[
    'rest.internal.evil.example',
    'my-rest.internal',
    '127.1',
    '2130706433',
    '::1',
    '[127.0.0.1]',
    '[::1',
    'admin',
  ],
  ...[
    'localhost:',
    'localhost:x',
    'user@localhost',
    'evil.example,localhost',
    'localhost/evil.example',
    ' localhost',
  ],
]

t.test('S62: an IP address, localhost and the names of this server are its own hosts', async (t) => {
  for (const host of ACCEPTED) t.ok(isOwnHost(host, OWN), host)
})

t.test('S62: every other name is not', async (t) => {
  for (const host of REJECTED) t.notOk(isOwnHost(host, OWN), host)
  t.notOk(isOwnHost('rest.internal'), 'a name that nobody gave')
})
