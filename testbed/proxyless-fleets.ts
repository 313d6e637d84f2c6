// Starts the fleets of gRPC clients of a testbed: example clients that find their backends by xDS, without an Envoy.

import { type Problem, SwitchyardError } from '../core/errors.ts'
import { GRPC_CLIENT_NAMES } from '../core/grpc-clients.ts'
import { createGrpcBootstrap } from '../envoy-bootstrap/grpc-bootstrap.ts'
import { BOOTSTRAP_SUPPORT } from '../envoy-bootstrap/grpc-support.ts'
import { type Document, proxylessFleetsOf, proxylessTargetOf } from './document.ts'
import { type GrpcClientProcess, startGrpcClient } from './grpc-client-process.ts'
import type { GrpcLanguage } from './grpc-programs/grpc-program.ts'
import { keepPart, type PartContext } from './parts.ts'
import type { XdsCertificates } from './xds-certificates.ts'

/** The languages of the clients of each fleet, one client each. */
export type ProxylessFleets = ReadonlyMap<string, readonly GrpcLanguage[]>

/** A running client. A restart keeps its control port. */
export interface ProxylessNode {
  /** Its `node.id`, such as `clients-python`. */
  readonly nodeId: string
  readonly language: GrpcLanguage
  /** What it calls, such as `xds:///echo`. */
  readonly target: string
  /** Address of its control port, `HOST:PORT`. */
  readonly control: string
  /** Address of its CSDS, which changes with a restart; undefined if its language has none. */
  readonly admin: string | undefined
}

/**
 * @throws SwitchyardError `invalid-argument` for a fleet that is not one of gRPC clients in the document, and for clients that
 *   cannot use TLS to the control plane if `mtls` is set
 */
export function requireProxylessFleets(document: Document, fleets: ProxylessFleets, mtls = false): void {
  const known = proxylessFleetsOf(document)
  const problems: readonly Problem[] = [...fleets.keys()]
    .filter((name) => proxylessTargetOf(document, name) === undefined)
    .map((path) => ({
      path,
      message: known.includes(path)
        ? `has no listener, so its clients have nothing to call. Add one: fleets.${path}.listeners.echo.l7.routes`
        : `is not a fleet of gRPC clients in the document (kind: proxyless). Use one of: ${known.join(', ') || '(no fleet of this kind)'}`,
    }))
  const withoutTls = [...fleets].flatMap(([path, languages]) =>
    languages
      .filter((one) => mtls && BOOTSTRAP_SUPPORT[one].tls === 'no')
      .map((one) => ({
        path,
        message: `gRPC ${GRPC_CLIENT_NAMES[one]} cannot use TLS to the control plane: leave out ${one} or --mtls`,
      })),
  )
  const all = [...problems, ...withoutTls]
  if (all.length > 0)
    throw new SwitchyardError('invalid-argument', 'these fleets cannot start:', { problems: all })
}

export interface ProxylessOptions {
  readonly xds: { readonly address: string; readonly certificates: XdsCertificates | undefined }
  /** Called with each client that is ready. */
  readonly onStarted: (node: ProxylessNode) => void
}

/**
 * Starts all clients at once. Resolves when their control ports answer. A client that ends is restarted.
 * @throws SwitchyardError `process-failed` if one does not start, or with the tools that its language needs
 */
export async function startProxylessFleets(
  context: PartContext,
  document: Document,
  fleets: ProxylessFleets,
  { xds, onStarted }: ProxylessOptions,
): Promise<ReadonlyMap<string, readonly ProxylessNode[]>> {
  await xds.certificates?.issue(
    [...fleets].flatMap(([fleet, languages]) =>
      languages.map((language) => ({ fleet, node: nodeIdOf(fleet, language) })),
    ),
  )
  const started = await Promise.all(
    [...fleets].map(async ([fleet, languages]) => {
      const target = proxylessTargetOf(document, fleet) ?? ''
      const nodes = await Promise.all(
        languages.map((language) => keepClient(context, { fleet, language, target, xds })),
      )
      for (const node of nodes) onStarted(node)
      return [fleet, nodes] as const
    }),
  )
  return new Map(started)
}

interface ClientOptions {
  readonly fleet: string
  readonly language: GrpcLanguage
  readonly target: string
  readonly xds: ProxylessOptions['xds']
}

async function keepClient(
  context: PartContext,
  { fleet, language, target, xds }: ClientOptions,
): Promise<ProxylessNode> {
  const nodeId = nodeIdOf(fleet, language)
  const { config, environment } = createGrpcBootstrap({
    client: language,
    nodeId,
    cluster: fleet,
    xds: [{ address: xds.address, ...(xds.certificates && { tls: xds.certificates.of(nodeId) }) }],
  })
  const start = (before?: GrpcClientProcess) =>
    startGrpcClient(context.group, context.folder, {
      language,
      name: nodeId,
      target,
      credentials: 'xds',
      bootstrap: config,
      env: environment,
      ...(before && { control: before.control }),
    })
  const kept = await keepPart(context, { id: nodeId, title: `client ${nodeId}` }, start)
  return {
    nodeId,
    language,
    target,
    control: kept.current.control,
    get admin() {
      return kept.current.admin
    },
  }
}

function nodeIdOf(fleet: string, language: GrpcLanguage): string {
  return `${fleet}-${language}`
}
