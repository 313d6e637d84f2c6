// Starts a testbed: backends, the control plane and fleets of Envoys, each part as its own process.

import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
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
import { type BackendOptions, type RunningBackend, startBackend } from './backend.ts'
import { IDENTITIES, SECRETS } from './certificates/folder.ts'
import { startControlPlane } from './control-plane.ts'
import { type Document, envoyFleetsOf, generateDocument, localEndpointsOf, portOf } from './document.ts'
import { generateSecurity, SECURITY_UPSTREAMS, type SecurityParts, startSecurity } from './security.ts'
import { readToken } from './token-file.ts'
import { XdsCertificates } from './xds-certificates.ts'

export interface TestbedOptions {
  /** Folder for bootstraps, logs and the generated document. */
  readonly folder: string
  /** The document in YAML. Default: a generated one, with all backends behind a listener of each fleet. */
  readonly configFile?: string
  /** How many Envoys each fleet has. Default: one for each fleet of the file, else three for "edge". */
  readonly fleets?: ReadonlyMap<string, number>
  /** How many backends. They use the local endpoint addresses of the file, then free ones. */
  readonly backends: number
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
  /** Seconds after which Envoy closes the connections of a replaced listener. Default: 4. */
  readonly drainSeconds?: number
  /** State folder of the control plane. Default: in memory only. */
  readonly controlPlaneState?: string
  /** Called with a line for each part that has started. */
  readonly onProgress?: (line: string) => void
  readonly onRestart?: (nodeId: string, restart: Restart) => void
}

export interface TestbedNode {
  readonly envoy: FleetNode
  /** The address that clients call, with the port of its listener. */
  readonly target: string
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
  readonly security?: SecurityParts
  /** Resolves when the control plane has ended. */
  readonly controlPlaneExited: Promise<Exit>
}

const LOOPBACK = '127.0.0.1:0'
const DEFAULT_FLEETS = new Map([['edge', 3]])

/** Seconds after which Envoy closes the connections of a replaced listener. */
export const DRAIN_SECONDS = 4

/**
 * Starts all parts in `group`. Resolves when every Envoy accepts connections.
 * @throws SwitchyardError `process-failed` if a part does not start, `invalid-argument` for a fleet that is not in the file
 */
export async function startTestbed(group: ProcessGroup, options: TestbedOptions): Promise<Testbed> {
  const { folder, admin = LOOPBACK, xds = LOOPBACK, onProgress = () => {} } = options
  await mkdir(folder, { recursive: true })
  const given = options.configFile === undefined ? undefined : await readDocument(options.configFile)

  const security = options.security ? await startSecurity(group, folder, given) : undefined
  if (security) onProgress(`issuer on ${security.issuer.address}, authorizer on ${security.authorizer}`)
  const backendOptions = backendOptionsOf(options.backends, given, security ? SECURITY_UPSTREAMS : [])
  const backends = await Promise.all(backendOptions.map((one) => startBackend(group, folder, one)))
  for (const { id, address } of backends) onProgress(`backend ${id} on ${address}`)

  const fleetNames = [...(options.fleets ?? DEFAULT_FLEETS).keys()]
  const configFile = options.configFile ?? join(folder, 'config.yaml')
  if (given === undefined) {
    const port = options.port || (await freePort())
    const secured = security && generateSecurity(security)
    await writeFile(configFile, stringify(generateDocument(fleetNames, backends, port, secured)))
  }
  const { controlPlaneState: state } = options
  const xdsIdentities = options.mtls ? join(folder, IDENTITIES, 'xds') : undefined
  const certificates = xdsIdentities === undefined ? undefined : await XdsCertificates.create(xdsIdentities)
  const controlPlane = await startControlPlane(group, folder, {
    configFile,
    admin,
    xds,
    insecure: options.insecure ?? false,
    drainSeconds: options.drainSeconds ?? DRAIN_SECONDS,
    ...(state === undefined ? {} : { state }),
    ...(certificates && { xdsTls: certificates.controlPlane }),
  })
  const { adminUrl, tokensFile, xdsAddress } = controlPlane
  const rest = new RestClient({ url: adminUrl, token: await readToken(tokensFile, 'operator') })
  onProgress(`control plane on ${adminUrl}, xDS on ${xdsAddress}`)

  // A kept revision takes precedence over the file.
  const document = (await rest.getConfig()).config as Document
  const fleets = await startFleets(group, options, document, { address: xdsAddress, certificates })
  return {
    adminUrl,
    tokensFile,
    rest,
    xdsAddress,
    secretsFolder: join(dirname(configFile), SECRETS),
    backends,
    fleets,
    ...(security && { security }),
    ...(xdsIdentities && { xdsIdentities }),
    controlPlaneExited: controlPlane.exited,
  }
}

/** An unreadable file counts as empty here: the control plane reports what is wrong with it. */
async function readDocument(file: string): Promise<Document> {
  try {
    return (parse(await readFile(file, 'utf8'), { logLevel: 'silent' }) as Document | null) ?? {}
  } catch {
    return {}
  }
}

function backendOptionsOf(
  count: number,
  given: Document | undefined,
  taken: readonly string[],
): readonly BackendOptions[] {
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
    const problems = unknown.map((path) => ({
      path,
      message: `is not a fleet of Envoys in the document. Use one of: ${known.join(', ')}`,
    }))
    throw new SwitchyardError('invalid-argument', 'unknown fleets:', {
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
