// Runs the conformance suite against a server of ours, directly or through a proxy.

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { wrapToDieWithParent } from '../../processes/die-with-parent.ts'
import type { ProcessGroup } from '../../processes/process-group.ts'
import { sourceFile } from '../part.ts'
import { readOutput, type SuiteResult } from './read-output.ts'
import { findSuite } from './suite.ts'

export interface SuiteOptions {
  readonly protocol: 'grpc' | 'grpc-web'
  /** Of the connections of the suite's client. */
  readonly httpVersions: readonly (1 | 2)[]
  /** Where the server listens, and where the client calls instead: the address of a proxy. Default: the server itself. */
  readonly through?: { readonly listen: string; readonly address: string }
  /** Which of our servers. Default: grpc, by grpc-js. */
  readonly server?: 'grpc' | 'connect'
  /** Patterns of names, such as `Basic/**`. Default: all cases. */
  readonly only?: readonly string[]
}

/** The suite has some hundred cases, which take seconds; a busy machine gets more time. */
const PATIENCE_MS = 280_000

/** @throws SwitchyardError `process-failed` if it does not end, or like `findSuite` */
export async function runSuite(
  group: ProcessGroup,
  folder: string,
  { protocol, httpVersions, through, server: kind = 'grpc', only = [] }: SuiteOptions,
): Promise<SuiteResult> {
  const { runner, descriptors } = findSuite()
  const config = join(folder, `conformance-${protocol}.yaml`)
  await writeFile(config, stringify(configOf({ protocol, httpVersions, through })))
  const server = [
    ...[process.execPath, sourceFile('services/conformance/main.ts'), '--descriptors', descriptors],
    ...['--server', kind],
    ...(through ? ['--listen', through.listen, '--reach-by', through.address] : []),
  ]
  const lines: string[] = []
  const running = group.start({
    name: `the conformance suite for ${protocol}`,
    ...wrapToDieWithParent(runner, [
      ...['--mode', 'server', '--conf', config],
      // The servers of a proxy have one address, one after the other.
      ...(through ? ['--max-servers', '1'] : []),
      ...only.flatMap((pattern) => ['--run', pattern]),
      ...['--', ...server],
    ]),
    logFile: join(folder, `conformance-${protocol}.log`),
    ready: (line) => {
      lines.push(line)
      return readOutput(lines)
    },
    timeoutMs: PATIENCE_MS,
  })
  return await running.ready
}

/** https://github.com/connectrpc/conformance/blob/main/docs/configuring_and_running_tests.md */
function configOf({
  protocol,
  httpVersions,
  through,
}: Pick<SuiteOptions, 'protocol' | 'httpVersions'> & { through: unknown }) {
  return {
    features: {
      versions: httpVersions.map((version) => `HTTP_VERSION_${version}`),
      protocols: [protocol === 'grpc' ? 'PROTOCOL_GRPC' : 'PROTOCOL_GRPC_WEB'],
      codecs: ['CODEC_PROTO'],
      compressions: ['COMPRESSION_IDENTITY', 'COMPRESSION_GZIP'],
      stream_types: [
        ...['UNARY', 'CLIENT_STREAM', 'SERVER_STREAM'],
        ...(httpVersions.includes(2) || through !== undefined ? ['HALF_DUPLEX_BIDI_STREAM'] : []),
        // HTTP/1.1 cannot have them.
        ...(httpVersions.includes(2) ? ['FULL_DUPLEX_BIDI_STREAM'] : []),
      ].map((type) => `STREAM_TYPE_${type}`),
      supports_h2c: httpVersions.includes(2),
      supports_tls: false,
      supports_tls_client_certs: false,
      supports_trailers: true,
      // Envoy makes HTTP/2 of it; connect's server answers with HTTP 505.
      supports_half_duplex_bidi_over_http1: through !== undefined,
      supports_message_receive_limit: true,
    },
  }
}
