// A whole testbed, each part a process of its own: backends, the control plane, fleets of Envoys.

import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse, stringify } from 'yaml'
import { RestClient } from '../api/client.ts'
import { SwitchyardError } from '../core/errors.ts'
import type { XdsProtocol } from '../envoy-bootstrap/bootstrap.ts'
import { type FleetNode, nodeIdOf, startEnvoyFleet } from '../envoy-bootstrap/envoy-fleet.ts'
import { findEnvoy } from '../envoy-bootstrap/find-envoy.js'
import { freePort } from '../processes/free-port.ts'
import type { Restart } from '../processes/keep-running.ts'
import type { ProcessGroup } from '../processes/process-group.ts'
import type { Exit } from '../processes/running-process.ts'
import { type BackendPlace, type RunningBackend, startBackend } from './backend.ts'
import { startControlPlane } from './control-plane.ts'
import { type Document, describeDesiredState, envoyFleetsOf, localEndpointsOf, portOf } from './document.ts'
import { describeSecurity, SECURITY_UPSTREAMS, type SecurityParts, startSecurity } from './security.ts'
import { readToken } from './token-file.ts'
import { XdsCertificates } from './xds-certificates.ts'

export interface TestbedOptions {
  /** Where bootstraps, logs and the desired state that it begins with are kept. */
  readonly folder: string
  /** The desired state in YAML; without it, one with all backends behind a listener of each fleet. */
  readonly configFile?: string
  /** How many Envoys each fleet has; without it, one for each fleet of the file, or three of "edge". */
  readonly fleets?: ReadonlyMap<string, number>
  /** How many backends; they take the addresses of the file's endpoints on this host, and then free ones. */
  readonly backends: number
  /** The port of the listeners where there is no file; 0 takes a free one. */
  readonly port?: number
  readonly admin?: string
  readonly xds?: string
  readonly protocol?: XdsProtocol
  /** Whether xDS goes over mutual TLS, with certificates made for it. Default: in plaintext. */
  readonly mtls?: boolean
  /** Whether there are an issuer, an authorizer and certificates, and switches for them in the document. Default: no. */
  readonly security?: boolean
  readonly drainSeconds?: number
  /** What outlives the control plane; memory only where there is none. */
  readonly controlPlaneState?: string
  /** Told of each part as it comes up. */
  readonly onProgress?: (line: string) => void
  readonly onRestart?: (nodeId: string, restart: Restart) => void
}

export interface TestbedNode {
  readonly envoy: FleetNode
  /** Where clients call: its address, with the port of its listener. */
  readonly target: string
}

export interface Testbed {
  /** URL of the REST admin. */
  readonly adminUrl: string
  /** The file with the tokens that it asks for. */
  readonly tokensFile: string
  /** Speaks to it as an operator. */
  readonly rest: RestClient
  readonly xdsAddress: string
  readonly backends: readonly RunningBackend[]
  readonly fleets: ReadonlyMap<string, readonly TestbedNode[]>
  readonly security?: SecurityParts
  /** Fulfilled when the control plane has ended, whatever the reason. */
  readonly controlPlaneExited: Promise<Exit>
}

const LOOPBACK = '127.0.0.1:0'
const DEFAULT_FLEETS = new Map([['edge', 3]])

/** Seconds after which Envoy cuts what is left of a replaced listener's connections. */
export const DRAIN_SECONDS = 4

/**
 * Starts all parts in `group`, whose end is theirs. Resolves when every Envoy takes connections.
 * @throws SwitchyardError `process-failed` where a part does not come up, `invalid-argument` for a fleet that is not in the file
 */
export async function startTestbed(group: ProcessGroup, options: TestbedOptions): Promise<Testbed> {
  const { folder, admin = LOOPBACK, xds = LOOPBACK, onProgress = () => {} } = options
  await mkdir(folder, { recursive: true })
  const given = options.configFile === undefined ? undefined : await readDocument(options.configFile)

  const security = options.security ? await startSecurity(group, folder, given) : undefined
  if (security) onProgress(`issuer on ${security.issuer.address}, authorizer on ${security.authorizer}`)
  const places = placeBackends(options.backends, given, security ? SECURITY_UPSTREAMS : [])
  const backends = await Promise.all(places.map((place) => startBackend(group, folder, place)))
  for (const { id, address } of backends) onProgress(`backend ${id} on ${address}`)

  const fleetNames = [...(options.fleets ?? DEFAULT_FLEETS).keys()]
  const configFile = options.configFile ?? join(folder, 'config.yaml')
  if (given === undefined) {
    const port = options.port || (await freePort())
    const secured = security && describeSecurity(security)
    await writeFile(configFile, stringify(describeDesiredState(fleetNames, backends, port, secured)))
  }
  const { controlPlaneState: state } = options
  const certificates = options.mtls ? await XdsCertificates.create(join(folder, 'certificates')) : undefined
  const controlPlane = await startControlPlane(group, folder, {
    configFile,
    admin,
    xds,
    ...(state === undefined ? {} : { state }),
    ...(certificates && { xdsTls: certificates.controlPlane }),
  })
  const { adminUrl, tokensFile, xdsAddress } = controlPlane
  const rest = new RestClient({ url: adminUrl, token: await readToken(tokensFile, 'operator') })
  onProgress(`control plane on ${adminUrl}, xDS on ${xdsAddress}`)

  // What the control plane kept from before goes before the file.
  const document = (await rest.getConfig()).config as Document
  const fleets = await startFleets(group, options, document, { address: xdsAddress, certificates })
  return {
    adminUrl,
    tokensFile,
    rest,
    xdsAddress,
    backends,
    fleets,
    ...(security && { security }),
    controlPlaneExited: controlPlane.exited,
  }
}

/** A file that cannot be read or parsed is as good as an empty one here: the control plane says what is wrong with it. */
async function readDocument(file: string): Promise<Document> {
  try {
    return (parse(await readFile(file, 'utf8'), { logLevel: 'silent' }) as Document | null) ?? {}
  } catch {
    return {}
  }
}

function placeBackends(
  count: number,
  given: Document | undefined,
  taken: readonly string[],
): readonly BackendPlace[] {
  const endpoints = given === undefined ? [] : localEndpointsOf(given, taken)
  return Array.from({ length: count }, (_, index) => {
    const { id = `b${index + 1}`, address = LOOPBACK } = endpoints[index] ?? {}
    return { id, listen: address }
  })
}

async function startFleets(
  group: ProcessGroup,
  options: TestbedOptions,
  document: Document,
  xds: { readonly address: string; readonly certificates: XdsCertificates | undefined },
): Promise<ReadonlyMap<string, readonly TestbedNode[]>> {
  const { folder, protocol, drainSeconds = DRAIN_SECONDS, onRestart, onProgress = () => {} } = options
  const known = envoyFleetsOf(document)
  const sizes =
    options.fleets ?? new Map(options.configFile ? known.map((name) => [name, 1]) : DEFAULT_FLEETS)
  const unknown = [...sizes.keys()].filter((name) => !known.includes(name))
  if (unknown.length > 0) {
    const problems = unknown.map((path) => ({ path, message: `is not one of: ${known.join(', ')}` }))
    throw new SwitchyardError('invalid-argument', 'the configuration has no such fleet of Envoys:', {
      problems,
    })
  }

  const { address, certificates } = xds
  await certificates?.issue(
    [...sizes].flatMap(([fleet, size]) =>
      Array.from({ length: size }, (_, index) => ({ fleet, node: nodeIdOf(fleet, index) })),
    ),
  )
  const binary = findEnvoy().path
  let firstIndex = 0
  const fleets = await Promise.all(
    [...sizes].map(async ([name, size]) => {
      const fleet = startEnvoyFleet({
        binary,
        name,
        size,
        firstIndex,
        xds: { address, ...(certificates && { tlsOf: (nodeId) => certificates.of(nodeId) }) },
        drainTimeSeconds: drainSeconds,
        folder,
        group,
        ...(protocol === undefined ? {} : { protocol }),
        ...(onRestart === undefined ? {} : { onRestart }),
      })
      firstIndex += size
      const envoys = await fleet
      await Promise.all(envoys.map(({ admin }) => admin.waitUntilLive()))
      const port = portOf(document, name)
      const nodes = envoys.map((envoy) => ({
        envoy,
        target: port === undefined ? envoy.address : `${envoy.address}:${port}`,
      }))
      for (const { envoy, target } of nodes) onProgress(`Envoy ${envoy.nodeId} on ${target}`)
      return [name, nodes] as const
    }),
  )
  return new Map(fleets)
}
