// The bootstrap of an Envoy that gets all resources from our control plane over ADS.
import { isIP } from 'node:net'
import { isAbsolute } from 'node:path'
import { create, createRegistry, toJsonString } from '@bufbuild/protobuf'
import { anyPack } from '@bufbuild/protobuf/wkt'
import { type Bootstrap, BootstrapSchema } from '@envoy/xds-protos/envoy/config/bootstrap/v3/bootstrap_pb.js'
import { type Cluster, ClusterSchema } from '@envoy/xds-protos/envoy/config/cluster/v3/cluster_pb.js'
import type { Address } from '@envoy/xds-protos/envoy/config/core/v3/address_pb.js'
import {
  type ApiConfigSource,
  ApiConfigSource_ApiType,
  ApiConfigSourceSchema,
  ApiVersion,
} from '@envoy/xds-protos/envoy/config/core/v3/config_source_pb.js'
import { UpstreamTlsContextSchema } from '@envoy/xds-protos/envoy/extensions/transport_sockets/tls/v3/tls_pb.js'
import { HttpProtocolOptionsSchema } from '@envoy/xds-protos/envoy/extensions/upstreams/http/v3/http_protocol_options_pb.js'
import { LOCAL_CLUSTER, XDS_CLUSTER } from '../core/bootstrap-cluster.ts'
import { type Problem, SwitchyardError } from '../core/errors.ts'
import { ADMIN_ADDRESS_FORMS, adminSocketOf, parseAdminAddress } from './admin-address.ts'
import { localCluster, localityProblems, type NodeLocality } from './locality.ts'
import { DEFAULT_LIMITS, type EnvoyLimits, OVERLOAD_MESSAGES, overloadManager } from './overload.ts'
import {
  parseSocketAddress,
  parseSocketPath,
  pipeAddress,
  SOCKET_PATH_BYTES,
  socketAddress,
} from './socket-address.ts'
import { STATS_LISTENER_MESSAGES, statsListener } from './stats-listener.ts'
import { bucketSettings, STATS_MESSAGES, statsIntervalProblems, statsSink } from './stats-sink.ts'
import { type StatsTags, statsConfig, statsTagProblems } from './stats-tags.ts'
import { type XdsTlsFiles, xdsTransportSocket } from './xds-tls.ts'

export const XDS_PROTOCOLS = ['delta', 'sotw'] as const
export type XdsProtocol = (typeof XDS_PROTOCOLS)[number]

export interface XdsOptions {
  /** `127.0.0.1:18000`, `[::1]:18000` or `unix:/path`. */
  readonly address: string
  /** Default: without TLS. */
  readonly tls?: XdsTlsFiles
}

export interface BootstrapOptions {
  /** The `node.id`: unique among all Envoys, and the name of this Envoy in the control plane's status. */
  readonly nodeId: string
  /** The `node.cluster`: the fleet of this Envoy, which is the node group of the control plane. */
  readonly cluster: string
  /** The IP address that the control plane sets in the listeners of this node; see `nodeAddress`. */
  readonly listenerAddress: string
  /** Where the control plane listens. */
  readonly xds: XdsOptions
  /** The xDS variant: incremental (`delta`, the default) or state of the world (`sotw`). */
  readonly protocol?: XdsProtocol
  /**
   * Where the admin listens, which has no authentication and can stop the process: `unix:PATH`, which gets the mode 0600, or a port of
   * loopback, such as `127.0.0.1:9901`, where 0 lets the system choose. Default: a socket in the folder in which Envoy starts.
   */
  readonly adminAddress?: string
  /** Where Prometheus reads the statistics, and nothing else of the admin: `IP:PORT`. Default: nowhere. */
  readonly statsAddress?: string
  /** Default: `DEFAULT_LIMITS`. */
  readonly limits?: EnvoyLimits
  /** Pushes stats to the control plane this often, in milliseconds. Default: never. */
  readonly statsIntervalMs?: number
  /** Where it runs, for zone-aware balancing. Default: nowhere in particular. */
  readonly locality?: NodeLocality
  /** Tags of all its statistics, beside those of gRPC methods. Default: none. */
  readonly statsTags?: StatsTags
}

/**
 * Envoy's limit of 100 instructions rejects a regular expression that names two services. The document has a limit of its own
 * (`control-plane/switches/regex.ts`), whose instructions are up to seven of Envoy's (seen with 1.40).
 * https://www.envoyproxy.io/docs/envoy/latest/api-v3/type/matcher/v3/regex.proto
 */
const REGEX_RUNTIME = { re2: { max_program_size: { error_level: 10_000 } } }
/** Envoy holds spans back for 5 s otherwise, and whoever looks for a call's trace waits as long. */
const TRACING_RUNTIME = { tracing: { opentelemetry: { flush_interval_ms: 1_000 } } }
/** Of a node id and a node cluster; xDS rejects longer ones. */
const NODE_NAME_BYTES = 256
const XDS_ADDRESS_FORMS = `write IP:port, [IPv6]:port, or unix: and an absolute path of up to ${SOCKET_PATH_BYTES} bytes`
const jsonRegistry = createRegistry(
  HttpProtocolOptionsSchema,
  UpstreamTlsContextSchema,
  ...OVERLOAD_MESSAGES,
  ...STATS_MESSAGES,
  ...STATS_LISTENER_MESSAGES,
)

/** @throws SwitchyardError `invalid-argument` with every invalid option */
export function createBootstrap(options: BootstrapOptions): Bootstrap {
  const { nodeId, cluster, listenerAddress, protocol = 'delta' } = options
  const { adminAddress = adminSocketOf(nodeId), limits = DEFAULT_LIMITS, statsTags = {} } = options
  const { statsAddress, statsIntervalMs, locality } = options
  const admin = parseAdminAddress(adminAddress)
  const statsAt = statsAddress === undefined ? undefined : parseSocketAddress(statsAddress)
  const xdsAddress = parseXdsAddress(options.xds.address)

  const problems: Problem[] = []
  const check = (holds: boolean, path: string, message: string) => {
    if (!holds) problems.push({ path, message })
  }
  check(nodeId !== '', 'nodeId', 'is empty; give an id that no other Envoy has')
  check(Buffer.byteLength(nodeId) <= NODE_NAME_BYTES, 'nodeId', `is longer than ${NODE_NAME_BYTES} bytes`)
  check(Buffer.byteLength(cluster) <= NODE_NAME_BYTES, 'cluster', `is longer than ${NODE_NAME_BYTES} bytes`)
  check(cluster !== '', 'cluster', 'is empty; give the name of the fleet of this Envoy')
  check(isIP(listenerAddress) !== 0, 'listenerAddress', `is "${listenerAddress}", not an IP address`)
  check(protocol === 'delta' || protocol === 'sotw', 'protocol', `is "${protocol}"; use delta or sotw`)
  check(admin !== undefined, 'adminAddress', `is "${adminAddress}"; ${ADMIN_ADDRESS_FORMS}`)
  check(
    statsAddress === undefined || (statsAt !== undefined && statsAt.port !== 0),
    'statsAddress',
    `is "${statsAddress}"; write IP:PORT or [IPv6]:PORT`,
  )
  check(
    isPositive(limits.maxConnections),
    'limits.maxConnections',
    `is ${limits.maxConnections}, not a whole number above 0`,
  )
  check(
    isPositive(limits.maxHeapBytes),
    'limits.maxHeapBytes',
    `is ${limits.maxHeapBytes}, not a whole number above 0`,
  )
  problems.push(...statsTagProblems(statsTags))
  problems.push(...statsIntervalProblems(statsIntervalMs))
  problems.push(...(locality === undefined ? [] : localityProblems(locality)))
  if (problems.length > 0 || xdsAddress === undefined || admin === undefined) {
    check(xdsAddress !== undefined, 'xds.address', `is "${options.xds.address}"; ${XDS_ADDRESS_FORMS}`)
    throw new SwitchyardError('invalid-argument', 'invalid bootstrap options:', {
      problems,
    })
  }

  const stats = statsAt && statsListener(socketAddress(statsAt.host, statsAt.port), admin)
  const fromAds = {
    resourceApiVersion: ApiVersion.V3,
    configSourceSpecifier: { case: 'ads' as const, value: {} },
  }
  return create(BootstrapSchema, {
    node: {
      id: nodeId,
      cluster,
      metadata: { switchyard: { listener_address: listenerAddress } },
      ...(locality && { locality }),
    },
    // The admin must answer even when callers hold all connections.
    admin: { address: admin, ignoreGlobalConnLimit: true },
    overloadManager: overloadManager(limits),
    layeredRuntime: {
      layers: [
        {
          name: 'switchyard',
          layerSpecifier: { case: 'staticLayer', value: { ...REGEX_RUNTIME, ...TRACING_RUNTIME } },
        },
      ],
    },
    statsConfig: {
      ...statsConfig(statsTags),
      ...(statsIntervalMs !== undefined && { histogramBucketSettings: bucketSettings() }),
    },
    ...(statsIntervalMs !== undefined && statsSink(statsIntervalMs)),
    clusterManager: {
      loadStatsConfig: loadStatsConfig(),
      ...(locality && { localClusterName: LOCAL_CLUSTER }),
    },
    dynamicResources: { adsConfig: adsConfig(protocol), cdsConfig: fromAds, ldsConfig: fromAds },
    staticResources: {
      listeners: [...(stats?.listeners ?? [])],
      clusters: [
        xdsCluster(xdsAddress, options.xds.tls),
        ...(locality ? [localCluster()] : []),
        ...(stats?.clusters ?? []),
      ],
    },
  })
}

/** The listener address in the node metadata of a bootstrap made by `createBootstrap`. */
export function listenerAddressOf({ node }: Bootstrap): string {
  const ours = node?.metadata?.switchyard as { readonly listener_address: string } | undefined
  return ours?.listener_address ?? ''
}

/** The proto3 JSON that `envoy -c` reads. Static resources that you add may pack only HTTP options and TLS contexts in an `Any`. */
export function bootstrapJson(bootstrap: Bootstrap): string {
  return toJsonString(BootstrapSchema, bootstrap, { registry: jsonRegistry, prettySpaces: 2 })
}

function adsConfig(protocol: XdsProtocol): ApiConfigSource {
  const envoyGrpc = {
    clusterName: XDS_CLUSTER,
    // Envoy's default maximum is 30 s: too long to wait for a control plane that is already back.
    retryPolicy: { retryBackOff: { baseInterval: { nanos: 500_000_000 }, maxInterval: { seconds: 2n } } },
  }
  return create(ApiConfigSourceSchema, {
    apiType: protocol === 'delta' ? ApiConfigSource_ApiType.DELTA_GRPC : ApiConfigSource_ApiType.GRPC,
    transportApiVersion: ApiVersion.V3,
    setNodeOnFirstMessageOnly: true,
    grpcServices: [{ targetSpecifier: { case: 'envoyGrpc', value: envoyGrpc } }],
  })
}

/** Envoy reports the load of its clusters to the control plane, if that asks for it. It retries every 5 s, whatever its policy. */
function loadStatsConfig(): ApiConfigSource {
  return create(ApiConfigSourceSchema, {
    apiType: ApiConfigSource_ApiType.GRPC,
    transportApiVersion: ApiVersion.V3,
    grpcServices: [{ targetSpecifier: { case: 'envoyGrpc', value: { clusterName: XDS_CLUSTER } } }],
  })
}

/** The control plane as a static cluster. HTTP/2 keepalive detects a dead connection. */
function xdsCluster(address: Address, tls: XdsTlsFiles | undefined): Cluster {
  const http2 = { connectionKeepalive: { interval: { seconds: 30n }, timeout: { seconds: 5n } } }
  const http = create(HttpProtocolOptionsSchema, {
    upstreamProtocolOptions: {
      case: 'explicitHttpConfig',
      value: { protocolConfig: { case: 'http2ProtocolOptions', value: http2 } },
    },
  })
  return create(ClusterSchema, {
    name: XDS_CLUSTER,
    ...(tls && { transportSocket: xdsTransportSocket(tls) }),
    typedExtensionProtocolOptions: {
      [HttpProtocolOptionsSchema.typeName]: anyPack(HttpProtocolOptionsSchema, http),
    },
    loadAssignment: {
      clusterName: XDS_CLUSTER,
      endpoints: [{ lbEndpoints: [{ hostIdentifier: { case: 'endpoint', value: { address } } }] }],
    },
  })
}

function parseXdsAddress(text: string): Address | undefined {
  const path = parseSocketPath(text)
  if (path !== undefined) return isAbsolute(path) ? pipeAddress(path) : undefined
  const { host = '', port = 0 } = parseSocketAddress(text) ?? {}
  return port === 0 ? undefined : socketAddress(host, port)
}

function isPositive(value: number): boolean {
  return Number.isSafeInteger(value) && value > 0
}
