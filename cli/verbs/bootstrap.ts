// `yard bootstrap`: prints the bootstrap of a node of one's own: an Envoy, or a gRPC client or server without a proxy.

import { type Command, InvalidArgumentError, Option } from 'commander'
import { GRPC_CLIENTS, type GrpcClient } from '../../core/grpc-clients.ts'
import { XDS_PROTOCOLS } from '../../envoy-bootstrap/bootstrap.ts'
import { SERVER_FEATURES } from '../../envoy-bootstrap/grpc-support.ts'
import { DEFAULT_LIMITS } from '../../envoy-bootstrap/overload.ts'
import { type EnvoyFlags, MIB, printEnvoyBootstrap } from './bootstrap/envoy.ts'
import { rejectMisplacedFlags } from './bootstrap/flags-of-kinds.ts'
import { type GrpcFlags, printGrpcBootstrap } from './bootstrap/grpc.ts'
import { checkFleet } from './bootstrap/xds.ts'
import { countOf, withAdmin, withExamples } from './flags.ts'

interface BootstrapFlags extends EnvoyFlags, GrpcFlags {
  readonly client?: GrpcClient
}

const appended = (value: string, before: readonly string[] = []) => [...before, value]

function appendedFeature(value: string, before: readonly string[] = []): readonly string[] {
  if (SERVER_FEATURES.some((feature) => feature === value)) return appended(value, before)
  throw new InvalidArgumentError(`Use one of: ${SERVER_FEATURES.join(', ')}.`)
}

export function addBootstrap(program: Command): void {
  const command = withAdmin(
    program
      .command('bootstrap')
      .description(
        'Print the bootstrap of an Envoy of your own, or of a gRPC program without a proxy, which gets everything from the control plane.',
      )
      .argument('<fleet>', 'Fleet of the node, its node.cluster.')
      .argument('<node>', 'Name of the node, its node.id: unlike that of any other node.')
      .addOption(
        new Option('--client <name>', 'Print it for a gRPC client or server in this language.').choices(
          GRPC_CLIENTS,
        ),
      )
      .option(
        '--xds <address>',
        'Address of xDS, IP:PORT or unix:/PATH; again for a fallback of gRPC (default: that of "yard up").',
        appended,
      )
      .option('--address <ip>', 'IP address of the listeners of an Envoy (default: 127.0.0.1).')
      .option(
        '--envoy-admin <address>',
        "Where Envoy's own admin listens, unix:PATH or a port of loopback, IP:PORT (default: NODE.admin.sock where it starts).",
      )
      .option(
        '--stats-listener <address>',
        "IP:PORT at which Prometheus reads an Envoy's statistics, at /stats/prometheus (default: none).",
      )
      .addOption(
        new Option(
          '--protocol <name>',
          'Variant of xDS for an Envoy, incremental (default) or state of the world.',
        ).choices(XDS_PROTOCOLS),
      )
      .option(
        '--stats-tag <name=value>',
        'Tag of all statistics of an Envoy, a label for Prometheus; again for more.',
        appended,
      )
      .option(
        '--max-connections <number>',
        `Connections of callers of an Envoy at a time, over all listeners (default: ${DEFAULT_LIMITS.maxConnections}).`,
        countOf(1),
      )
      .option(
        '--max-heap <mib>',
        `Heap of an Envoy in MiB, at which it denies calls (default: ${DEFAULT_LIMITS.maxHeapBytes / MIB}).`,
        countOf(1),
      )
      .option('--ca <file>', 'Use TLS for xDS, and trust this CA, PEM (default: that of "yard up --mtls").')
      .option('--cert <file>', 'Certificate of the node for xDS, PEM; "yard certs --for" makes it.')
      .option('--key <file>', 'Private key of --cert, PEM.')
      .option(
        '--out <file>',
        'Write the bootstrap of an Envoy here, with two files beside it for --cert and --ca, so that it follows their renewal.',
      )
      .option('--locality <region/zone/subzone>', 'Where the node runs, for localities and zones.')
      .addOption(
        new Option('--feature <name>', 'Server feature for a gRPC client; again for more.')
          .choices(SERVER_FEATURES)
          .argParser(appendedFeature),
      )
      .option('--token <file>', 'File with a JSON web token that a gRPC client sends to the control plane.')
      .option('--provider-ca <file>', 'CA of other services for a gRPC program with xDS credentials, PEM.')
      .option('--provider-cert <file>', 'Certificate that it shows to other services, PEM.')
      .option('--provider-key <file>', 'Private key of --provider-cert, PEM.')
      .option(
        '--authority <name[=address]>',
        'Authority of xds://NAME/…, with a control plane of its own or the same one; again for more.',
        appended,
      ),
  )
  withExamples(command, [
    ['yard bootstrap edge edge-9 > edge-9.json', 'Add an Envoy to a fleet of "yard up".'],
    ['envoy -c edge-9.json --disable-hot-restart --drain-time-s 4', 'Start it.'],
    ['yard bootstrap edge edge-9 --max-connections 20000 --max-heap 4096', 'Give it other limits.'],
    ['yard bootstrap edge edge-9 --stats-listener 127.0.0.1:9901', 'Let a Prometheus scrape it.'],
    [
      'yard bootstrap edge edge-9 --xds 10.0.0.2:18000 --address 10.0.0.7',
      'Use "yard serve" on another host.',
    ],
    ['yard bootstrap clients py-1 --client python > py-1.json', 'Add a gRPC client without a proxy.'],
    ['GRPC_XDS_BOOTSTRAP=py-1.json python client.py xds:///echo', 'Start it.'],
  ])
  command.action(async (fleet: string, node: string, flags: BootstrapFlags) => {
    rejectMisplacedFlags(command, flags.client)
    const { client } = flags
    await checkFleet(fleet, client, flags)
    if (client === undefined) await printEnvoyBootstrap(fleet, node, flags)
    else await printGrpcBootstrap(client, fleet, node, flags)
  })
}
