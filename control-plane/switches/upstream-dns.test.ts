// Names of DNS servers that Envoy would NACK, each with an accepted twin.

import t from 'tap'
import { type Refusal, testRefusals } from '../../test/support/refusals.ts'

const DNS = 'upstreams.echo-v2'
const withResolver = (resolver: string) => ({
  [DNS]: { dns: { host: 'echo.internal', port: 7201, resolvers: [resolver] } },
})
const PATH = `${DNS}.dns.resolvers[0]`

const REFUSALS: readonly Refusal[] = [
  [
    'a resolver with a zero ahead',
    withResolver('010.0.0.53'),
    [PATH, /"010\.0\.0\.53" is not an IP address/],
    withResolver('10.0.0.53'),
  ],
  [
    'a resolver of colons',
    withResolver('[:]'),
    [PATH, /":" is not an IP address/],
    withResolver('[fd00::53]:53'),
  ],
  [
    'a resolver with too high a port',
    withResolver('10.0.0.53:70000'),
    [PATH, /port 70000: write one from 1/],
    withResolver('10.0.0.53:7000'),
  ],
]

testRefusals(t, REFUSALS, (title) => `T31: ${title} is rejected`)
