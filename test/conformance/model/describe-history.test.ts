// Commands in words.

import t from 'tap'
import { CLUSTER, ROUTE } from '../../../xds-server/index.ts'
import type { Command } from './commands.ts'
import { describeCommand, simplerCommands } from './describe-history.ts'

const LINES: readonly [Command, string][] = [
  [{ do: 'rest' }, 'nothing happens'],
  [{ do: 'clear' }, 'the snapshot is cleared'],
  [{ do: 'settle' }, 'all clients read until nothing is left'],
  [{ do: 'read', member: 1 }, 'envoy-delta reads and answers a response'],
  [{ do: 'block', member: 2 }, 'grpc-sotw stops reading'],
  [{ do: 'unblock', member: 5 }, 'free-delta can be written to again'],
  [{ do: 'reconnect', member: 0, withOldNonce: false }, 'envoy-sotw reconnects'],
  [
    { do: 'reconnect', member: 0, withOldNonce: true },
    'envoy-sotw reconnects with a nonce of its old stream',
  ],
  // Only free members subscribe by command, so the index counts them alone.
  [{ do: 'subscribe', member: 0, typeUrl: CLUSTER, names: [] }, 'free-sotw subscribes Cluster: nothing'],
  [
    { do: 'unsubscribe', member: 3, typeUrl: ROUTE, names: ['l', '*'] },
    'free-delta unsubscribes RouteConfiguration: "l", "*"',
  ],
  [{ do: 'change', change: { set: 'cluster', name: 'a', content: 1 } }, 'cluster "a" has content 1'],
  [
    { do: 'change', change: { set: 'cluster', name: 'a', content: 3 } },
    'cluster "a" has content 3, which clients NACK',
  ],
  [{ do: 'change', change: { set: 'cluster', name: 'a', content: undefined } }, 'cluster "a" is removed'],
  [{ do: 'change', change: { set: 'endpoints', name: 'b', content: 2 } }, '"b" has 2 endpoints'],
  [{ do: 'change', change: { set: 'secret', name: 's', content: 2 } }, 'secret "s" has content 2'],
  [
    {
      do: 'change',
      change: { set: 'listener', name: 'l', content: { kind: 'tcp', cluster: 'c', content: 4 } },
    },
    'listener "l" is tcp, uses "c" and has content 4, which clients NACK',
  ],
  [
    { do: 'change', change: { set: 'routes', name: 'm', cluster: 'a', content: 0 } },
    'routes of "m" lead to "a", with content 0',
  ],
  [
    {
      do: 'change',
      change: {
        set: 'listener',
        name: 'l',
        content: { kind: 'vhds', cluster: 'c', content: 0, filter: 'f' },
      },
    },
    'listener "l" is vhds with filter "f", uses "c" and has content 0',
  ],
  [
    { do: 'change', change: { set: 'layer', name: 'x', content: { content: 1, expires: true } } },
    'layer "x" expires, has content 1',
  ],
  [
    { do: 'change', change: { set: 'filter', name: 'g', content: { cluster: 'a', content: 3 } } },
    'filter "g" uses "a", has content 3, which clients NACK',
  ],
  [{ do: 'change', change: { set: 'host', name: 'l/h', content: undefined } }, 'host "l/h" is removed'],
  [{ do: 'beat', member: 4, isLate: false }, 'heartbeats of free-sotw are due'],
  [{ do: 'beat', member: 1, isLate: true }, 'heartbeats of envoy-delta are late'],
  [{ do: 'age', member: 3 }, 'the connection of grpc-delta reaches its age'],
  [{ do: 'call', routes: 'l', host: 'i' }, 'envoy-delta has a call to host "i" of routes "l"'],
]

for (const [command, line] of LINES) {
  t.test(line, async (t) => t.equal(describeCommand(command), line))
}

t.test(
  'a command with several names may stand with each of them missing, one with a name may not',
  async (t) => {
    const subscribe = (...names: string[]): Command => ({
      do: 'subscribe',
      member: 0,
      typeUrl: CLUSTER,
      names,
    })
    t.strictSame(simplerCommands(subscribe('a', 'b')), [subscribe('b'), subscribe('a')])
    t.strictSame(simplerCommands(subscribe('a')), [])
  },
)

t.test('late heartbeats may come in time', async (t) => {
  const beat = (isLate: boolean): Command => ({ do: 'beat', member: 0, isLate })
  t.strictSame(simplerCommands(beat(true)), [beat(false)])
  t.strictSame(simplerCommands(beat(false)), [])
})

t.test('a reconnect with an old nonce may stand without it', async (t) => {
  const reconnect = (withOldNonce: boolean): Command => ({ do: 'reconnect', member: 0, withOldNonce })
  t.strictSame(simplerCommands(reconnect(true)), [reconnect(false)])
  t.strictSame(simplerCommands(reconnect(false)), [])
})
