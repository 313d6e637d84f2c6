// `yard test` without an Envoy: what is invalid is reported before one is started.

import { join } from 'node:path'
import t from 'tap'
import { stringify } from 'yaml'
import { sampleConfig } from '../../test/support/sample-config.ts'
import { testFolder } from '../../test/support/test-folder.ts'
import { runYard } from '../../test/support/yard-process.ts'

const PROTO =
  'syntax = "proto3";\npackage shop;\nmessage Id {}\nservice Orders { rpc Get(Id) returns (Id); }\n'
const TEST = `document: document.yaml
protos: [shop.proto]
callers: { anonymous: {} }
calls: { read: { method: shop.Orders/Get } }
expect: { read: { anonymous: OK } }
`

t.test('an invalid test file, document, proto or name ends with 2, and says where', async (t) => {
  const folder = testFolder(t, {
    'shop.proto': PROTO,
    'document.yaml': stringify(sampleConfig()),
    'broken.yaml': 'version: 2\n',
    'good.test.yaml': TEST,
    'file.test.yaml': TEST.replace('OK', 'FINE'),
    'method.test.yaml': TEST.replace('Orders/Get', 'Orders/Got'),
  })
  const yard = (...args: string[]) => runYard(t, folder, 'test', ...args)
  const at = (name: string) => join(folder, name)
  const cases: readonly [args: readonly string[], said: RegExp][] = [
    [[at('file.test.yaml')], /file\.test\.yaml:5:\d+ expect\.read\.anonymous\S*: must be a gRPC status/],
    [
      [at('method.test.yaml')],
      /method\.test\.yaml:4:\d+ calls\.read\.method: unknown method "shop\.Orders\/Got"/,
    ],
    [[at('good.test.yaml'), '--config', at('broken.yaml')], /broken\.yaml:1:1 version: must be 1/],
  ]
  await Promise.all(
    cases.map(async ([args, said]) => {
      const { code, output } = await yard(...args)
      t.equal(code, 2, args.join(' '))
      t.match(output, said)
    }),
  )
})
