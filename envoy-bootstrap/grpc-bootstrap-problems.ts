// What is wrong with the options of a gRPC bootstrap: invalid ones, and what the client does not understand and would ignore.

import type { Problem } from '../core/errors.ts'
import { GRPC_CLIENT_NAMES, GRPC_CLIENTS } from '../core/grpc-clients.ts'
import type {
  CertificateProvider,
  GrpcBootstrapOptions,
  GrpcControlPlane,
  PemFiles,
} from './grpc-bootstrap-options.ts'
import { BOOTSTRAP_SUPPORT, type BootstrapSupport, clientsWith, type Support } from './grpc-support.ts'

const ADDRESS = /^(?:dns:\/\/\/)?(?:\[[\da-fA-F:.]+\]|[^:/\s[\]]+):[1-9]\d{0,4}$|^unix:\/\S+$/
const ADDRESS_FORMS = 'write HOST:PORT, [IPv6]:PORT, or unix: and an absolute path'

/** Everything at once; empty if the options are valid. */
export function findBootstrapProblems(options: GrpcBootstrapOptions): readonly Problem[] {
  const { client, nodeId, cluster, xds, authorities = {}, certificateProviders = {} } = options
  if (!GRPC_CLIENTS.includes(client)) {
    return [{ path: 'client', message: `is "${client}"; use one of: ${GRPC_CLIENTS.join(', ')}` }]
  }
  return [
    ...unless(nodeId !== '', 'nodeId', 'is empty; give an id that no other node has'),
    ...unless(cluster !== '', 'cluster', 'is empty; give the name of the fleet of this node'),
    ...unless(xds.length > 0, 'xds', 'is empty; give the address of the control plane'),
    ...findServerProblems(xds, 'xds', options),
    ...findFeatureProblems(options),
    ...findTokenProblems(options),
    ...Object.entries(certificateProviders).flatMap(([name, provider]) =>
      findProviderProblems(provider, `certificateProviders.${name}`),
    ),
    ...Object.entries(authorities).flatMap(([name, { xds: own = [], listenerTemplate }]) => [
      ...findServerProblems(own, `authorities.${name}.xds`, options),
      ...findTemplateProblems(name, listenerTemplate),
    ]),
  ]
}

function unless(holds: boolean, path: string, message: string): readonly Problem[] {
  return holds ? [] : [{ path, message }]
}

/** A client would ignore it, or reject the whole bootstrap. */
function unsupported(
  { client }: GrpcBootstrapOptions,
  path: string,
  what: string,
  supportOf: (support: BootstrapSupport) => Support,
): readonly Problem[] {
  const support = BOOTSTRAP_SUPPORT[client]
  const others = clientsWith(supportOf)
  const advice = `leave it out, or use one of: ${others.join(', ')}`
  return unless(
    supportOf(support) !== 'no',
    path,
    `gRPC ${GRPC_CLIENT_NAMES[client]} does not understand ${what}: ${advice}`,
  )
}

function findServerProblems(
  servers: readonly GrpcControlPlane[],
  path: string,
  options: GrpcBootstrapOptions,
): readonly Problem[] {
  const several =
    servers.length < 2
      ? []
      : unsupported(options, path, 'several control planes (gRFC A71)', ({ fallback }) => fallback)
  return [
    ...several,
    ...servers.flatMap(({ address, tls }, index) => [
      ...unless(ADDRESS.test(address), `${path}[${index}].address`, `is "${address}"; ${ADDRESS_FORMS}`),
      ...(tls === undefined
        ? []
        : [
            ...unsupported(
              options,
              `${path}[${index}].tls`,
              'TLS to the control plane (gRFC A65)',
              (one) => one.tls,
            ),
            ...findPairProblems(tls, `${path}[${index}].tls`),
          ]),
    ]),
  ]
}

function findPairProblems({ certificate, key }: PemFiles, path: string): readonly Problem[] {
  const areTogether = (certificate === undefined) === (key === undefined)
  return unless(areTogether, path, 'has only one of certificate and key: give both or none')
}

function findFeatureProblems(options: GrpcBootstrapOptions): readonly Problem[] {
  const { features = [] } = options
  const contradicts =
    features.includes('ignore_resource_deletion') && features.includes('fail_on_data_errors')
  return [
    ...features.flatMap((feature) =>
      unsupported(options, 'features', feature, (support) => support.features[feature]),
    ),
    ...unless(
      !contradicts,
      'features',
      'has ignore_resource_deletion and fail_on_data_errors, which are opposites: choose one',
    ),
  ]
}

function findTokenProblems(options: GrpcBootstrapOptions): readonly Problem[] {
  const { tokenFile, xds, authorities = {} } = options
  if (tokenFile === undefined) return []
  const servers = [...xds, ...Object.values(authorities).flatMap(({ xds: own = [] }) => own)]
  return [
    ...unsupported(options, 'tokenFile', 'a token for the control plane (gRFC A97)', ({ token }) => token),
    ...unless(
      servers.every(({ tls }) => tls !== undefined),
      'tokenFile',
      'is sent over TLS only: give the CA of each control plane, or leave out the token',
    ),
  ]
}

function findProviderProblems(provider: CertificateProvider, path: string): readonly Problem[] {
  const { certificate, ca, refreshSeconds = 1 } = provider
  return [
    ...findPairProblems(provider, path),
    ...unless(
      certificate !== undefined || ca !== undefined,
      path,
      'has no file: give a certificate with its key, a CA, or both',
    ),
    ...unless(
      Number.isInteger(refreshSeconds) && refreshSeconds > 0,
      `${path}.refreshSeconds`,
      `is ${refreshSeconds}; give a whole number of seconds above 0`,
    ),
  ]
}

function findTemplateProblems(name: string, template: string | undefined): readonly Problem[] {
  const start = `xdstp://${name}/`
  const holds = template === undefined || template.startsWith(start)
  return unless(
    holds,
    `authorities.${name}.listenerTemplate`,
    `is "${template}"; it must start with ${start}`,
  )
}
