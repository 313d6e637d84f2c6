// A backend's flags, valid and invalid.
import t from 'tap'
import { SwitchyardError } from '../core/errors.ts'
import { parseBackendFlags } from './backend-flags.ts'

const GOOD: readonly (readonly [string, object])[] = [
  ['--id b1', { id: 'b1', listen: { host: '127.0.0.1', port: 0 }, latencyMs: 0 }],
  ['--id b1 --listen localhost:65535', { listen: { host: 'localhost', port: 65535 } }],
  ['--id b1 --listen [::1]:0', { listen: { host: '::1', port: 0 } }],
  ['--id b1 --listen unix:/run/b1.sock', { listen: { path: '/run/b1.sock' } }],
  [`--id b1 --listen unix:/${'x'.repeat(106)}`, { listen: { path: `/${'x'.repeat(106)}` } }],
  ['--id b1 --capacity 10', { load: { utilization: 0, capacity: 10, namedMetrics: {} } }],
  [
    '--id b1 --utilization 0.8 --metric queue=0.3 --metric jobs=12',
    { load: { utilization: 0.8, namedMetrics: { queue: 0.3, jobs: 12 } } },
  ],
  [
    '--id b1 --max-connection-age-ms 30000 --max-connection-age-grace-ms 5000',
    { connectionAge: { maxMs: 30_000, graceMs: 5_000 } },
  ],
  ['--id=b1 --latency-ms=60000', { id: 'b1', latencyMs: 60000, failPercent: 0, stay: false }],
  ['--id b1 --fail-percent 100', { failPercent: 100 }],
  ['--id b1 --stay', { stay: true }],
  ['--id b1 --changeable', { changeable: true }],
  [
    '--id b1 --values-in /tmp/values --write-quota 3 --write-window-ms 500 --debug-details',
    {
      keyValue: { valuesIn: '/tmp/values', quota: { writes: 3, windowMs: 500 } },
      debugDetails: true,
    },
  ],
  [
    '--id b1 --log - --log-payload-percent 5 --log-fields switchyard.kv.v1.PutRequest=key,expected_version',
    {
      log: {
        to: '-',
        payloadPercent: 5,
        fields: { 'switchyard.kv.v1.PutRequest': ['key', 'expected_version'] },
      },
    },
  ],
  ['--id b1 --metrics 127.0.0.1:9464', { metrics: { host: '127.0.0.1', port: 9464 } }],
  ['--id b1 --write-quota 3', { keyValue: { quota: { writes: 3, windowMs: 1000 } } }],
]

for (const [flags, options] of GOOD) {
  t.test(`${flags} is accepted`, (t) => {
    t.match(parseBackendFlags(flags.split(' ')), options)
    t.end()
  })
}

const KNOWN =
  'the flags are --id, --listen, --latency-ms, --fail-percent, --changeable, --max-connection-age-ms, --max-connection-age-grace-ms, --utilization, --capacity, --metric, --values-in, --write-quota, --write-window-ms, --debug-details, --log, --log-payload-percent, --log-fields, --metrics, --tls-certificate, --tls-key, --tls-client-ca, --tls-allow-plaintext, --stay'
const BAD: readonly (readonly [string, readonly string[]])[] = [
  ['--listen 127.0.0.1:0', ['--id: is missing; give the id that answers carry, such as b1']],
  ['--id', ['--id: is missing; give the id that answers carry, such as b1']],
  [
    '--id b1 --listen 127.0.0.1',
    ['--listen: "127.0.0.1" is not an address; give host:port, such as 127.0.0.1:0, or unix:/path'],
  ],
  [
    '--id b1 --listen 127.0.0.1:65536',
    ['--listen: "127.0.0.1:65536" is not an address; give host:port, such as 127.0.0.1:0, or unix:/path'],
  ],
  ['--id b1 --listen unix:', ['--listen: the path of a Unix socket has 1 to 107 bytes, not 0']],
  [
    `--id b1 --listen unix:/${'x'.repeat(107)}`,
    ['--listen: the path of a Unix socket has 1 to 107 bytes, not 108'],
  ],
  [
    '--id b1 --latency-ms -1',
    ['--latency-ms: "-1" is not a latency; give whole milliseconds from 0 to 60000'],
  ],
  [
    '--id b1 --latency-ms 60001',
    ['--latency-ms: "60001" is not a latency; give whole milliseconds from 0 to 60000'],
  ],
  [
    '--id b1 --max-connection-age-ms 0 --max-connection-age-grace-ms soon',
    [
      '--max-connection-age-ms: "0" is not an age; give whole milliseconds from 1 to 86400000',
      '--max-connection-age-grace-ms: "soon" is not an age; give whole milliseconds from 1 to 86400000',
    ],
  ],
  [
    '--id b1 --max-connection-age-grace-ms 5000',
    [
      '--max-connection-age-ms: is missing; --max-connection-age-grace-ms begins when a connection has that age',
    ],
  ],
  [
    '--id b1 --fail-percent 101',
    ['--fail-percent: "101" is not a share of calls; give whole percents from 0 to 100'],
  ],
  [
    '--id b1 --fail-percent 0.5',
    ['--fail-percent: "0.5" is not a share of calls; give whole percents from 0 to 100'],
  ],
  [
    '--id b1 --utilization -1 --metric queue --metric =1',
    [
      '--utilization: "-1" is not a utilization; give a number from 0, such as 0.8; 1 is fully used',
      '--metric: "queue" is not a metric; give NAME=NUMBER, such as queue=0.3',
      '--metric: "=1" is not a metric; give NAME=NUMBER, such as queue=0.3',
    ],
  ],
  ['--id b1 --capacity 0', ['--capacity: "0" is not a number of calls; give whole calls from 1 to 1000000']],
  ['--id b1 --metric queue=1', ['--utilization: is missing; --metric is a part of the same report']],
  [
    '--id b1 --tls-client-ca ca.pem',
    [
      '--tls-certificate: is missing; TLS needs a file in PEM',
      '--tls-key: is missing; TLS needs a file in PEM',
    ],
  ],
  [
    '--id b1 --values-in= --write-window-ms 500',
    [
      '--values-in: is empty; give a folder',
      '--write-quota: is missing; --write-window-ms is the time in which it holds',
    ],
  ],
  [
    '--id b1 --metrics unix:/run/metrics.sock',
    ['--metrics: Prometheus cannot call a Unix socket; give host:port'],
  ],
  [
    '--id b1 --write-quota 0 --write-window-ms 0',
    [
      '--write-quota: "0" is not a quota; give whole writes from 1 to 1000000000',
      '--write-window-ms: "0" is not a window; give whole milliseconds from 1 to 3600000',
    ],
  ],
  [
    '--id b1 --log-payload-percent 0.5 --log-fields a.B=c',
    ['--log: is missing; the other flags say what is in the log'],
  ],
  [
    '--id b1 --log= --log-payload-percent 0.5 --log-fields key --log-fields a.B=',
    [
      '--log: is empty; give a file, or - for stderr',
      '--log-payload-percent: "0.5" is not a share of calls; give whole percents from 0 to 100',
      '--log-fields: "key" is not a field mask; give TYPE=PATH,PATH, such as switchyard.kv.v1.PutRequest=key',
      '--log-fields: "a.B=" is not a field mask; give TYPE=PATH,PATH, such as switchyard.kv.v1.PutRequest=key',
    ],
  ],
  ['--id b1 b2 --colour', [`b2: is not a flag; ${KNOWN}`, `--colour: is not a flag; ${KNOWN}`]],
  [
    '--colour --listen here --latency-ms soon',
    [
      `--colour: is not a flag; ${KNOWN}`,
      '--id: is missing; give the id that answers carry, such as b1',
      '--listen: "here" is not an address; give host:port, such as 127.0.0.1:0, or unix:/path',
      '--latency-ms: "soon" is not a latency; give whole milliseconds from 0 to 60000',
    ],
  ],
]

for (const [flags, problems] of BAD) {
  t.test(`${flags.slice(0, 60)} is rejected with all problems`, (t) => {
    try {
      parseBackendFlags(flags.split(' '))
      t.fail('it is taken')
    } catch (error) {
      if (!(error instanceof SwitchyardError)) throw error
      t.equal(error.code, 'invalid-argument')
      t.same(
        error.problems.map(({ path, message }) => `${path}: ${message}`),
        problems,
      )
    }
    t.end()
  })
}
