// Starts a testbed: backends, the control plane and fleets of Envoys, each part as its own process.

import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { parse, stringify } from 'yaml'
import { RestClient } from '../api/client.ts'
import type { XdsProtocol } from '../envoy-bootstrap/bootstrap.ts'
import { freePort } from '../processes/free-port.ts'
import type { ProcessGroup } from '../processes/process-group.ts'
import { type Claim, endpointClaims, listenerClaims, requireFree } from './addresses.ts'
import { type BackendOptions, keepBackend, type RunningBackend } from './backend.ts'
import { IDENTITIES, SECRETS } from './certificates/folder.ts'
import { keepControlPlane, type RunningControlPlane } from './control-plane.ts'
import {
  type Document,
  envoyFleetsOf,
  generateDocument,
  localEndpointsOf,
  withProxylessFleets,
} from './document.ts'
import { type FleetSizes, requireKnownFleets, startFleets, type TestbedNode } from './fleets.ts'
import { drainAfterFlips } from './flips/drain-after-flips.ts'
import { contradictionsOf, hasState } from './kept.ts'
import { type NodeNotice, Notices } from './notices.ts'
import { type OnRestart, type PartContext, Parts } from './parts.ts'
import {
  type ProxylessFleets,
  type ProxylessNode,
  requireProxylessFleets,
  startProxylessFleets,
} from './proxyless-fleets.ts'
import { keepRateLimiter, RATE_LIMITER, withRateLimiter } from './rate-limiter.ts'
import { generateSecurity, SECURITY_UPSTREAMS, type SecurityParts, startSecurity } from './security.ts'
import { type LoadControl, startLoadControl } from './steady-load/load-control.ts'
import { SteadyLoad } from './steady-load/steady-load.ts'
import { readToken } from './token-file.ts'
import { describeUnserved } from './unserved.ts'
import { XdsCertificates } from './xds-certificates.ts'

export type { TestbedNode } from './fleets.ts'
export type { ProxylessNode } from './proxyless-fleets.ts'

export interface TestbedOptions {
  /** Folder for bootstraps, logs, revisions and the generated document. */
  readonly folder: string
  /** The document in YAML. Default: a generated one, with all backends behind a listener of each fleet. */
  readonly configFile?: string
  /** How many Envoys each fleet has. Default: three for "edge" of a generated document, else one. */
  readonly fleets?: FleetSizes
  /** Worker threads of each Envoy of a fleet. Default: 1. */
  readonly workers?: ReadonlyMap<string, number>
  /** The fleets of gRPC clients, with one client for each language. Default: none. */
  readonly proxyless?: ProxylessFleets
  /**
   * How many backends. They use the local endpoint addresses of the document, then free ones. Default: 0 with `configFile`, else 3,
   * or as many as a kept document has endpoints on this host.
   */
  readonly backends?: number
  /** The port of the listeners of a generated document; 0 picks a free one. */
  readonly port?: number
  readonly admin?: string
  readonly xds?: string
  /** Whether xDS is served in plaintext also off loopback. Default: false, which is an error there. */
  readonly insecure?: boolean
  readonly protocol?: XdsProtocol
  /** Whether xDS uses mutual TLS. Default: plaintext. */
  readonly mtls?: boolean
  /** Whether to start an issuer and an authorizer, with certificates and security switches. Default: false. */
  readonly security?: boolean
  /** A file of rules: starts a rate limiter with them, as the upstream `rate-limiter`. Default: none. */
  readonly rateLimits?: string
  /** Whether backends and Envoys serve metrics, each on a port of its own. Default: false. */
  readonly metrics?: boolean
  /** Seconds after which Envoy closes the connections of a replaced listener. Default: 4. */
  readonly drainSeconds?: number
  /** Whether REST controls a load on the first fleet of Envoys, which is off at first. Default: false. */
  readonly steadyLoad?: boolean
  /** Whether the next testbed in this folder that sets it too begins with the revisions of this one. Default: false. */
  readonly keep?: boolean
  /** Called with a line for each part that has started, and for each flag that has no effect. */
  readonly onProgress?: (line: string) => void
  readonly onRestart?: OnRestart
  /** Called with what an Envoy warns about, the first time and then more and more rarely. */
  readonly onNotice?: (notice: NodeNotice) => void
}

export interface Testbed {
  /** URL of the REST admin. */
  readonly adminUrl: string
  /** The file with the REST tokens. */
  readonly tokensFile: string
  /** A REST client with the operator's token. */
  readonly rest: RestClient
  readonly xdsAddress: string
  /** The folder of the files that the document's secrets name. */
  readonly secretsFolder: string
  /** The folder of certificates for mutual TLS on xDS; undefined without. */
  readonly xdsIdentities?: string
  readonly backends: readonly RunningBackend[]
  readonly fleets: ReadonlyMap<string, readonly TestbedNode[]>
  /** The gRPC clients by fleet. */
  readonly clients: ReadonlyMap<string, readonly ProxylessNode[]>
  readonly security?: SecurityParts
  readonly parts: Parts
  readonly notices: Notices
  /** Undefined without `steadyLoad`, or without a fleet of Envoys. */
  readonly load?: SteadyLoad
  /** Aborts when the testbed starts to stop. */
  readonly ending: AbortSignal
}

const LOOPBACK = '127.0.0.1:0'
const DEFAULT_FLEETS = new Map([['edge', 3]])
const DEFAULT_BACKENDS = 3

/** Seconds after which Envoy closes the connections of a replaced listener. */
export const DRAIN_SECONDS = 4

/**
 * Starts all parts in `group`. Resolves when every Envoy accepts connections and every client is ready. A part that ends is restarted.
 * @throws SwitchyardError `process-failed` if a part does not start, `invalid-argument` for a fleet that is not in the file,
 *   `address-in-use` with each address that another process holds
 */
export async function startTestbed(group: ProcessGroup, options: TestbedOptions): Promise<Testbed> {
  const { folder, drainSeconds = DRAIN_SECONDS, protocol, onProgress = () => {} } = options
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const notices = new Notices()
  if (options.onNotice) notices.onNotice(options.onNotice)
  const context = { group, folder, parts: new Parts(options.onRestart), notices }
  const xdsIdentities = options.mtls ? join(folder, IDENTITIES, 'xds') : undefined
  const certificates = xdsIdentities === undefined ? undefined : await XdsCertificates.create(xdsIdentities)
  const state = join(folder, options.keep ? 'control-plane' : 'control-plane-of-one-run')
  if (!options.keep) await rm(state, { recursive: true, force: true })
  const loadControl = options.steadyLoad ? await startLoadControl(group.ending) : undefined
  const stage = { options, context, state, certificates, loadControl }

  const isKept = await hasState(state)
  const { controlPlane, services, document } = isKept ? await startKept(stage) : await startNew(stage)
  const { adminUrl, tokensFile, xdsAddress } = controlPlane
  const sizes = sizesOf(options, document)
  const fleets = await startFleets(context, document, sizes, {
    xds: { address: xdsAddress, certificates },
    drainSeconds,
    ...(protocol === undefined ? {} : { protocol }),
    ...(options.workers && { workers: options.workers }),
    metrics: options.metrics ?? false,
    onStarted: ({ envoy, target }) => onProgress(`Envoy ${envoy.nodeId} on ${target}`),
  })
  const clients = await startProxylessFleets(context, document, options.proxyless ?? new Map(), {
    xds: { address: xdsAddress, certificates },
    onStarted: ({ nodeId, target }) => onProgress(`client ${nodeId} on ${target}`),
  })
  // About a kept document, the lines about contradictions say it.
  if (!isKept) await reportUnserved(options, document, services)
  const load = loadControl && controlLoad(loadControl, fleets)
  const rest = await clientOf(controlPlane)
  if (load) {
    const hasLoad = (fleet: string) => load.read().running && load.read().fleet === fleet
    const { backends } = services
    // It ends with the testbed. Without it, calls fail that Envoy cuts, which is no reason to end.
    drainAfterFlips({ rest, backends, hasLoad, signal: group.ending }).catch(({ message }: Error) =>
      onProgress(`flips to L7 cut connections: ${message}`),
    )
  }
  return {
    adminUrl,
    tokensFile,
    rest,
    xdsAddress,
    secretsFolder: join(dirname(configFileOf(stage)), SECRETS),
    fleets,
    clients,
    parts: context.parts,
    notices,
    ending: group.ending,
    ...services,
    ...(xdsIdentities && { xdsIdentities }),
    ...(load && { load }),
  }
}

/** The load goes to the first fleet of Envoys. */
function controlLoad(control: LoadControl, fleets: Testbed['fleets']): SteadyLoad | undefined {
  const [first] = [...fleets].filter(([, nodes]) => nodes.length > 0)
  if (first === undefined) return undefined
  const [fleet, nodes] = first
  control.load = new SteadyLoad({ fleet, targets: nodes.map(({ target }) => target) })
  return control.load
}

interface Stage {
  readonly options: TestbedOptions
  readonly context: PartContext
  /** State folder of the control plane. */
  readonly state: string
  readonly certificates: XdsCertificates | undefined
  readonly loadControl: LoadControl | undefined
}

/** What runs before the Envoys start. */
interface Started {
  readonly controlPlane: RunningControlPlane
  readonly services: Services
  readonly document: Document
}

interface Services {
  readonly backends: readonly RunningBackend[]
  readonly security?: SecurityParts
  /** The address of the rate limiter. */
  readonly rateLimiter?: string
}

/** The addresses of the backends are part of the generated document, so they start before the control plane. */
async function startNew(stage: Stage): Promise<Started> {
  const { options } = stage
  const given = await readGiven(options)
  const names = [...(options.fleets ?? DEFAULT_FLEETS).keys()]
  const planned = given ?? (options.port ? generateDocument(names, [], options.port) : {})
  const count = options.backends ?? (given === undefined ? DEFAULT_BACKENDS : 0)
  const except = [
    ...(options.security ? SECURITY_UPSTREAMS : []),
    ...(options.rateLimits === undefined ? [] : [RATE_LIMITER]),
  ]
  await requireFree([
    ...controlPlaneClaims(options),
    ...serviceClaims(planned, options, except, count),
    ...listenerClaims(planned, sizesOf(options, planned)),
  ])
  const services = await startServices(stage, planned, except, count)
  if (given === undefined) {
    const port = options.port || (await freePort())
    const secured = services.security && generateSecurity(services.security)
    const generated = generateDocument(names, services.backends, port, secured, {
      // Measurements of scenarios stay without what logs and counters cost.
      isWatched: options.steadyLoad ?? false,
    })
    const document = withProxylessFleets(
      withRateLimiter(generated, services.rateLimiter),
      options.proxyless ?? new Map(),
    )
    await writeFile(configFileOf(stage), stringify(document))
  }
  const controlPlane = await startPlane(stage)
  const document = await documentOf(controlPlane)
  requireKnownFleets(document, sizesOf(options, document))
  requireProxylessFleets(document, options.proxyless ?? new Map(), options.mtls)
  return { controlPlane, services, document }
}

/** The control plane starts first, because only it knows the document: the backends get the addresses of its endpoints. */
async function startKept(stage: Stage): Promise<Started> {
  const { options } = stage
  await requireFree(controlPlaneClaims(options))
  const controlPlane = await startPlane(stage)
  const document = await documentOf(controlPlane)
  const sizes = sizesOf(options, document)
  requireKnownFleets(document, sizes)
  requireProxylessFleets(document, options.proxyless ?? new Map(), options.mtls)
  // Also without their flags: these parts are no backends.
  const except = [...SECURITY_UPSTREAMS, RATE_LIMITER]
  const endpoints = localEndpointsOf(document, except).length
  const count = Math.min(options.backends ?? (options.configFile === undefined ? endpoints : 0), endpoints)
  await requireFree(
    [...serviceClaims(document, options, except, count), ...listenerClaims(document, sizes)],
    'start without --keep',
  )
  for (const line of contradictionsOf(document, await readGiven(options), options)) options.onProgress?.(line)
  return { controlPlane, services: await startServices(stage, document, except, count), document }
}

async function startServices(
  { options, context }: Stage,
  document: Document,
  except: readonly string[],
  count: number,
): Promise<Services> {
  const { onProgress = () => {} } = options
  const security = options.security ? await startSecurity(context, document) : undefined
  if (security) onProgress(`issuer on ${security.issuer.address}, authorizer on ${security.authorizer}`)
  const rateLimiter =
    options.rateLimits === undefined
      ? undefined
      : await keepRateLimiter(context, options.rateLimits, document)
  if (rateLimiter !== undefined) onProgress(`rate limiter on ${rateLimiter}`)
  const backends = await Promise.all(
    backendOptionsOf(document, except, count).map((one) =>
      keepBackend(context, { ...one, ...(options.metrics && { metrics: LOOPBACK, changeable: true }) }),
    ),
  )
  for (const { id, address } of backends) onProgress(`backend ${id} on ${address}`)
  return { backends, ...(security && { security }), ...(rateLimiter !== undefined && { rateLimiter }) }
}

/** Only now: an endpoint may be a listener of an Envoy of the testbed. */
async function reportUnserved(
  { onProgress }: TestbedOptions,
  document: Document,
  { backends, security, rateLimiter }: Services,
) {
  const except = [
    ...(security ? SECURITY_UPSTREAMS : []),
    ...(rateLimiter === undefined ? [] : [RATE_LIMITER]),
  ]
  const line = await describeUnserved(document, except, backends.length)
  if (line !== undefined) onProgress?.(line)
}

async function startPlane(stage: Stage): Promise<RunningControlPlane> {
  const { options, context, state, certificates, loadControl } = stage
  const { admin = LOOPBACK, xds = LOOPBACK, drainSeconds = DRAIN_SECONDS, onProgress = () => {} } = options
  const controlPlane = await keepControlPlane(context, {
    configFile: configFileOf(stage),
    admin,
    xds,
    insecure: options.insecure ?? false,
    drainSeconds,
    state,
    ...(loadControl && { testbed: loadControl.url }),
    ...(certificates && { xdsTls: certificates.controlPlane }),
  })
  onProgress(`control plane on ${controlPlane.adminUrl}, xDS on ${controlPlane.xdsAddress}`)
  return controlPlane
}

function configFileOf({ options: { configFile, folder } }: Stage): string {
  return configFile ?? join(folder, 'config.yaml')
}

/** An unreadable file counts as empty here: the control plane reports what is wrong with it. */
async function readGiven({ configFile }: TestbedOptions): Promise<Document | undefined> {
  if (configFile === undefined) return undefined
  try {
    return (parse(await readFile(configFile, 'utf8'), { logLevel: 'silent' }) as Document | null) ?? {}
  } catch {
    return {}
  }
}

async function documentOf(controlPlane: RunningControlPlane): Promise<Document> {
  return (await (await clientOf(controlPlane)).getConfig()).config as Document
}

async function clientOf({ adminUrl, tokensFile }: RunningControlPlane): Promise<RestClient> {
  return new RestClient({ url: adminUrl, token: await readToken(tokensFile, 'operator') })
}

function sizesOf({ fleets, configFile }: TestbedOptions, document: Document): FleetSizes {
  if (fleets !== undefined) return fleets
  const defaults = configFile === undefined ? DEFAULT_FLEETS : undefined
  return new Map(envoyFleetsOf(document).map((name) => [name, defaults?.get(name) ?? 1]))
}

function controlPlaneClaims({ admin = LOOPBACK, xds = LOOPBACK }: TestbedOptions): readonly Claim[] {
  return [
    { path: '--admin', address: admin },
    { path: '--xds', address: xds },
  ]
}

/** @param except upstreams that backends do not serve */
function serviceClaims(
  document: Document,
  { security }: TestbedOptions,
  except: readonly string[],
  count: number,
): readonly Claim[] {
  const others = Object.keys(document.upstreams ?? {}).filter((name) => !SECURITY_UPSTREAMS.includes(name))
  return [
    ...endpointClaims(document, count, except),
    ...(security ? endpointClaims(document, SECURITY_UPSTREAMS.length, others) : []),
  ]
}

function backendOptionsOf(
  document: Document,
  except: readonly string[],
  count: number,
): readonly BackendOptions[] {
  const endpoints = localEndpointsOf(document, except)
  return Array.from({ length: count }, (_, index) => {
    const { id = `b${index + 1}`, address = LOOPBACK } = endpoints[index] ?? {}
    return { id, listen: address }
  })
}
