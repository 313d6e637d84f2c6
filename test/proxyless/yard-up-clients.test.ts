// `yard up` with a fleet of gRPC clients and without an Envoy: its output, the other verbs, restarts, and invalid flags.

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { stringify } from 'yaml'
import type { ClientCalls } from '../../cli/verbs/call-clients.ts'
import { generateDocument } from '../../testbed/document.ts'
import type { TestbedDescription } from '../../testbed/state-file.ts'
import { requireLanguage } from '../support/grpc-client.ts'
import { testFolder } from '../support/test-folder.ts'
import { NO_ENVOY, runYard, spawnYard } from '../support/yard-process.ts'

async function up(t: Test, folder: string, ...args: readonly string[]) {
  const yard = spawnYard(t, folder, NO_ENVOY, ['up', '--json', ...args])
  await yard.printed('{"admin"')
  const testbed: TestbedDescription = JSON.parse(yard.stdout())
  return { yard, testbed }
}

t.test('P1: yard up starts gRPC clients, which show in the status and answer yard call', async (t) => {
  if (!requireLanguage(t, 'python')) return
  const folder = testFolder(t)
  const { yard, testbed } = await up(t, folder, '--fleet', 'clients=proxyless:node,python', '--backends', '2')
  const address = /^127\.0\.0\.1:\d+$/
  const common = { target: 'xds:///echo', control: address, admin: address }
  t.match(testbed, {
    fleets: {},
    clients: {
      clients: [
        { node: 'clients-node', language: 'node', ...common },
        { node: 'clients-python', language: 'python', ...common },
      ],
    },
  })
  const call = async (...flags: readonly string[]) => {
    const { code, stdout } = await runYard(t, folder, 'call', ...flags, '-o', 'json')
    return { code, ...JSON.parse(stdout) }
  }

  /** A connection may come later than the first calls, and a change later than its ACK. */
  const untilAnsweredBy = async (...wanted: readonly string[]) => {
    const isThere = ({ answeredBy }: ClientCalls) => Object.keys(answeredBy).join() === wanted.join()
    while (!(await call('--from', 'clients', '-n', '4')).clients.every(isThere));
  }

  await untilAnsweredBy('b1', 'b2')
  const both = await call('--from', 'clients', '-n', '20')
  t.match(both, { code: 0, calls: 40, failed: 0 })
  t.match(both.clients, [
    { client: 'clients-node', calls: 20 },
    { client: 'clients-python', calls: 20 },
  ])
  // Both connections are up, so the client takes strict turns.
  t.match(await call('--from', 'clients/python', '-n', '20'), {
    clients: [{ client: 'clients-python', target: 'xds:///echo', answeredBy: { b1: 10, b2: 10 } }],
  })
  t.match(await runYard(t, folder, 'call', '--from', 'clients/clients-node'), {
    code: 0,
    stdout: /client +target +answered by.*clients-node +xds:\/\/\/echo +b1 +15 +50\.0%/s,
  })

  const status = await runYard(t, folder, 'status')
  t.match(
    status.stdout,
    /clients-node +clients +gRPC Node \S.* SYNCED .*\n +clients-python +clients +gRPC C-core .* SYNCED /,
  )
  t.match(status.stdout, /clients-node +xds:\/\/\/echo +READY +grpc-js \d.*\n +clients-python +.*grpcio \d/)

  t.match(await runYard(t, folder, 'set', 'upstreams.echo.endpoints.b2=null'), {
    code: 0,
    output: /revision 2: ACKed by 2 gRPC clients/,
  })
  await untilAnsweredBy('b1')
  t.match(await call('--from', 'clients', '-n', '10'), { failed: 0 })

  t.match(await runYard(t, folder, 'kill', 'clients-python'), { code: 0 })
  await yard.printed('client clients-python is running again')
  t.match(await call('--from', 'clients/python', '-n', '5'), {
    code: 0,
    clients: [{ answeredBy: { b1: 5 } }],
  })

  for (const [flags, output] of [
    [
      ['--from', 'clients/cobol'],
      /no gRPC client "clients\/cobol".*: clients, clients\/node, clients\/python/,
    ],
    [['clients'], /the fleet "clients" has gRPC clients and no Envoys: have them call with --from clients/],
    [[], /name a fleet of Envoys, such as edge, or gRPC clients with --from/],
    [['edge', '--from', 'clients'], /give either the fleet edge, whose Envoys are called, or --from clients/],
    [['--from', 'clients', '-c', '2'], /--connections has no effect with --from/],
  ] as const) {
    t.match(await runYard(t, folder, 'call', ...flags), { code: 2, output }, flags.join(' '))
  }

  t.match(await runYard(t, folder, 'set', 'routes.public.rules.echo.match={ service: other }'), { code: 0 })
  t.match(await runYard(t, folder, 'call', '--from', 'clients/node', '-n', '3'), {
    code: 1,
    output: /clients-node: 3 of 3 failed: \w+: /,
  })
})

t.test('P27: yard up --mtls has clients use TLS to the control plane, except in Node and Java', async (t) => {
  if (!requireLanguage(t, 'python')) return
  const folder = testFolder(t)
  const node = ['--fleet', 'clients=proxyless:node,python']
  t.match(await runYard(t, folder, 'up', '--mtls', ...node), {
    code: 2,
    output: /clients: gRPC Node cannot use TLS to the control plane: leave out node or --mtls/,
  })
  t.match(await runYard(t, folder, 'up', '--mtls', '--fleet', 'clients=proxyless:java,python'), {
    code: 2,
    output: /clients: gRPC Java cannot use TLS to the control plane: leave out java or --mtls/,
  })
  const python = ['--fleet', 'clients=proxyless:python']
  await up(t, folder, '--mtls', ...python, '--backends', '1')
  const { stdout } = await runYard(t, folder, 'call', '--from', 'clients', '-n', '5', '-o', 'json')
  t.match(JSON.parse(stdout), { failed: 0, clients: [{ answeredBy: { b1: 5 } }] })
})

t.test('a fleet that is not one of gRPC clients in the file is reported', async (t) => {
  const folder = testFolder(t)
  const file = join(folder, 'my.yaml')
  await writeFile(file, stringify(generateDocument(['edge'], [], 10_000)))
  for (const [flag, output] of [
    ['edge=proxyless:node', /edge: is not a fleet of gRPC clients in the document \(kind: proxyless\)/],
    ['clients=proxyless:cobol', /Unknown language of gRPC "cobol"/],
  ] as const) {
    t.match(await runYard(t, folder, 'up', '--config', file, '--fleet', flag), { code: 2, output }, flag)
  }
})
