// Output of the runner, as version 1.0.7 prints it.

import t from 'tap'
import { readOutput } from './read-output.ts'

const OUTPUT = [
  'Running 3 tests with reference client for server config #1 {HTTP_VERSION_2, PROTOCOL_GRPC, TLS:false}...',
  'FAILED: Basic/TLS:false/unary/success:',
  "\ttrailers include a non-empty 'grpc-message' value with zero/okay 'grpc-status'",
  '\t',
  'FAILED: Unexpected/unexpected-verb:',
  '\tfirst',
  '\t; expecting an error but received none',
  '\texpecting 0 response messages but instead got 1',
  'a line of the server',
  '\tof the server too',
  '',
  'Total cases: 3',
]

t.test('O3.2: the cases that failed have each of their reasons', async (t) => {
  t.strictSame(readOutput([...OUTPUT, '1 passed, 2 failed']), {
    cases: 3,
    failed: [
      {
        name: 'Basic/TLS:false/unary/success',
        reasons: ["trailers include a non-empty 'grpc-message' value with zero/okay 'grpc-status'"],
      },
      {
        name: 'Unexpected/unexpected-verb',
        reasons: [
          'first',
          'expecting an error but received none',
          'expecting 0 response messages but instead got 1',
        ],
      },
    ],
  })
})

t.test('O3.2: output without counts is no result', async (t) => {
  t.equal(readOutput(OUTPUT), undefined)
  t.equal(readOutput([]), undefined)
})
