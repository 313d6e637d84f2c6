// The composition root: the revisions of one desired state, what Envoys are served of it, and REST over both.

import { chmod, mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { SwitchyardError } from '../core/errors.ts'
import { hostIn, isLoopback } from '../core/loopback.ts'
import {
  createMessageRegistry,
  LoadReports,
  openNackLog,
  SnapshotCache,
  type StreamLimits,
  startXdsServer,
  type XdsServer,
} from '../xds-server/index.ts'
import { snapshotToJson } from '../xds-server/snapshot/snapshot-json.ts'
import { HEAD_SUFFIX } from './access/audit-chain.ts'
import { AuditLog } from './access/audit-log.ts'
import { rejectForeignNode, rejectForeignReader } from './access/node-identity.ts'
import { OidcLogin } from './access/oidc.ts'
import type { OidcSettings } from './access/oidc-settings.ts'
import { RestIdentity, type RestTlsFiles } from './access/rest-identity.ts'
import { openServerIdentity, type ServerTlsFiles } from './access/server-credentials.ts'
import { Tokens } from './access/tokens.ts'
import { AccessLogs } from './access-logs/access-logs.ts'
import { LogEvidence } from './access-logs/log-evidence.ts'
import { startAdmin } from './admin/admin.ts'
import { PanelReader } from './dashboards/panel-reader.ts'
import { PrometheusLink } from './dashboards/prometheus-link.ts'
import type { Config } from './document/model.ts'
import { FlipTracker } from './events/flip-tracker.ts'
import { startEvents } from './events/start-events.ts'
import { LoadTally } from './load-reports/load-tally.ts'
import { explainMissing } from './rollout/explain-missing.ts'
import { PushSpans } from './rollout/push-spans.ts'
import { Revisions } from './rollout/revisions.ts'
import { inTurn } from './rollout/serving-observer.ts'
import { EndpointRegistry } from './sources/endpoints/endpoint-registry.ts'
import { EndpointStore } from './sources/endpoints/endpoint-store.ts'
import { FileStore } from './sources/files/file-store.ts'
import { WatchedFiles } from './sources/files/watch-files.ts'
import { SecretStore } from './sources/secrets/secret-store.ts'
import { openSqliteStore } from './store/sqlite-store.ts'
import { declaredMessages } from './switches/switches.ts'
import { TrafficTally } from './traffic/traffic-tally.ts'
import { IN_BOOTSTRAPS } from './translate/in-bootstraps.ts'
import { withPatchedMessages } from './translate/patches/envoy-messages.ts'

/** Where secrets are by default: a folder of their own, apart from state, identities and the configuration. */
export const SECRETS_FOLDER = 'secrets'

/** Where the files are that switches name, such as descriptors and scripts: beside the folder of secrets, and never in it. */
export const FILES_FOLDER = 'files'

/** Between two looks at the files of certificates. */
const IDENTITY_INTERVAL_MS = 1_000

const REVISIONS = 'revisions.sqlite'
const NACKS = 'nacks.jsonl'
const TOKENS = 'tokens.json'
const AUDIT = 'audit.jsonl'
const ENDPOINTS = 'endpoints.json'

export interface ControlPlaneOptions {
  /** The first revision, where the state folder has none yet. */
  readonly config?: Config
  /** Where REST is served, `HOST:PORT`; port 0 takes a free one. */
  readonly admin: string
  /** Host names that REST answers to, beside its address, `localhost`, and the names of its certificate. Default: none. */
  readonly adminHosts?: readonly string[]
  /** Serves REST over TLS, at least 1.2. Default: plain HTTP. */
  readonly adminTls?: RestTlsFiles
  /** Where xDS is served, `HOST:PORT` or `unix:/PATH`. */
  readonly xds: string
  /** Serves xDS over mutual TLS: a node shows a certificate for just itself (see `nodeUri`). Default: to anybody, as any node. */
  readonly xdsTls?: ServerTlsFiles
  /** Serves xDS in plaintext also off loopback. Default: false, which is an error there. */
  readonly insecure?: boolean
  /** See `startXdsServer`: `--drain-time-s` of the Envoys or a little more, in milliseconds. Default: 600,000. */
  readonly drainTimeMs?: number
  /** See `maxConnectionAge` of `startXdsServer`, in milliseconds. Default: connections do not age. */
  readonly maxConnectionAgeMs?: number
  /** How long `close` waits for nodes, in milliseconds (`graceMs` of `XdsServer.close`). Default: 0. */
  readonly closeGraceMs?: number
  /** See `startXdsServer`: what streams may cost. Default: those of the library. */
  readonly limits?: StreamLimits
  /** See `LoadReports`: nodes report their calls this often, in milliseconds. Default: 10,000. */
  readonly loadIntervalMs?: number
  /** Keeps what has to outlive the process; made where it is missing. Default: memory only. */
  readonly stateFolder?: string
  /**
   * The folder of secrets: the paths of the document's secrets begin there, and no file outside is sent to a node. Default:
   * `secrets` in the state folder, else in the working directory.
   */
  readonly secretsFolder?: string
  /** The folder of the files that switches name, such as descriptors. Default: `files` beside the folder of secrets. */
  readonly filesFolder?: string
  /** The kubeconfig file for upstreams whose endpoints come from Kubernetes. Default: the service account of the Pod. */
  readonly kubeconfig?: string
  /**
   * Where the tokens of REST are kept, `tokens.json`, made where it is missing, and `audit.jsonl` beside it. Default: the
   * state folder. Without either no token is asked for, and REST stays on loopback.
   */
  readonly accessFolder?: string
  /** Who may call REST by tokens of an OpenID Connect issuer, beside the tokens of `accessFolder`. Default: nobody. */
  readonly oidc?: OidcSettings
  /** Serves `/metrics` to who has no token. */
  readonly openMetrics?: boolean
  /** Where the testbed answers that starts this control plane, `http://` on loopback. Default: no testbed. */
  readonly testbed?: string
  /** The URL of the Prometheus that has the values of dashboards. Default: none, so REST has no dashboards. */
  readonly prometheus?: string
  /** Whether writes have spans, from REST to the ACKs of nodes, of the OpenTelemetry SDK that this process has started. Default: false. */
  readonly traced?: boolean
  /** Gets errors that no caller waits for, such as an invalid renewal of a secret. */
  readonly onFault?: (error: unknown) => void
}

export interface ControlPlane {
  readonly adminUrl: string
  /** The file with the tokens, where they are asked for. */
  readonly tokensFile?: string
  /** As clients dial it, with the port that was taken. */
  readonly xdsAddress: string
  /** The document in force. */
  readonly config: Config
  /** Answers whoever waits, ends all streams, and gives ports and files back. */
  close(): Promise<void>
}

/**
 * Starts all of it. A fleet is the Envoys that have its name as `node.cluster`.
 * @throws SwitchyardError `address-in-use` or `invalid-argument` about an address or a certificate, `state-in-use`, `state-damaged` or
 * `state-unusable` about the state folder, with nothing left running
 */
export async function startControlPlane(options: ControlPlaneOptions): Promise<ControlPlane> {
  rejectOpenXds(options)
  const oidc = oidcOf(options)
  const dashboards =
    options.prometheus === undefined ? undefined : new PanelReader(new PrometheusLink(options.prometheus))
  const ends: (() => Promise<void>)[] = []
  const close = async () => {
    for (const end of ends.splice(0).toReversed()) await end()
  }
  try {
    const { store, nackLog } = await openState(options.stateFolder)
    ends.push(() => store.close())
    const cache: SnapshotCache = new SnapshotCache({
      consistency: 'enforce',
      external: IN_BOOTSTRAPS,
      messages: withPatchedMessages(createMessageRegistry(declaredMessages(), { unknown: 'reject' })),
      explainMissing: (missing) => explainMissing(missing, cache.getSnapshot(missing.group)),
      ...(nackLog && { nackLog }),
    })
    const { config, onFault } = options
    if (nackLog !== undefined) ends.push(() => nackLog.close().catch((error) => onFault?.(error)))
    cache.onEvent((event) => {
      if (event.kind === 'fault')
        onFault?.(new SwitchyardError('internal', event.message, { cause: event.error }))
    })
    const secretsFolder = options.secretsFolder ?? join(options.stateFolder ?? '.', SECRETS_FOLDER)
    const ownFiles = ownFilesOf(options)
    const secrets = new SecretStore({
      folder: secretsFolder,
      ownFiles,
      isPrivate: options.xdsTls !== undefined || options.xds.startsWith('unix:'),
    })
    ends.push(async () => secrets.close())
    const filesFolder = options.filesFolder ?? join(dirname(secretsFolder), FILES_FOLDER)
    const files = new FileStore({
      folder: filesFolder,
      ownFiles,
    })
    ends.push(async () => files.close())
    const endpoints = await openEndpoints(options, filesFolder, ownFiles)
    ends.push(() => endpoints.close())
    const flips = new FlipTracker({ cache })
    cache.onEvent((event) => flips.take(event))
    const accessLogs = new AccessLogs()
    const evidence = new LogEvidence((...found) => flips.mark(...found))
    accessLogs.listen(evidence)
    const spans = options.traced ? [pushSpansOf(cache)] : []
    const revisions = await Revisions.open({
      store,
      cache,
      secrets,
      endpoints,
      files,
      observer: inTurn(flips, evidence, ...spans),
      ...(config && { initial: config }),
      ...(onFault && { onFault }),
    })
    ends.push(() => revisions.close())
    const { loadReports, loads, traffic } = startLoadTally(revisions, options.loadIntervalMs)
    const events = startEvents({
      cache,
      flips,
      store,
      state: revisions,
      loadReports,
      endpoints,
      accessLogs,
      traffic,
      onFault: (error) => onFault?.(error),
      ...(options.testbed !== undefined && { testbed: options.testbed }),
    })
    ends.push(async () => events.hub.close())
    const identity = options.xdsTls && (await openServerIdentity(options.xdsTls))
    if (identity && options.xdsTls) ends.push(followIdentity(identity, options.xdsTls, onFault))
    const restIdentity = options.adminTls && (await RestIdentity.open(options.adminTls))
    if (restIdentity && options.adminTls) ends.push(followIdentity(restIdentity, options.adminTls, onFault))
    const xds = await startXdsServer({
      cache,
      loadReports,
      telemetry: [traffic.service, accessLogs.service],
      address: options.xds,
      clientStatus: true,
      ...(identity && {
        credentials: identity.credentials,
        authorize: rejectForeignNode,
        clientStatus: { authorize: rejectForeignReader },
      }),
      ...(options.drainTimeMs !== undefined && { drainTimeMs: options.drainTimeMs }),
      ...(options.maxConnectionAgeMs !== undefined && {
        maxConnectionAge: { timeMs: options.maxConnectionAgeMs },
      }),
      ...(options.limits && { limits: options.limits }),
    })
    ends.push(() => xds.close({ graceMs: options.closeGraceMs ?? 0 }))
    if (options.xds.startsWith('unix:')) await chmod(options.xds.slice('unix:'.length), 0o600)
    const accessFolder = options.accessFolder ?? options.stateFolder
    const guard = accessFolder === undefined ? undefined : await openAccess(accessFolder, onFault)
    if (guard !== undefined) ends.push(() => guard.audit.close())
    const admin = await startAdmin({
      state: revisions,
      nodes: nodesIn(cache, xds),
      endpoints: new EndpointRegistry(endpoints, revisions),
      loads,
      traffic,
      logs: accessLogs,
      events: events.hub,
      flips,
      ...(events.testbed && { testbed: events.testbed }),
      ...(dashboards && { dashboards }),
      address: options.admin,
      ...(options.adminHosts && { hosts: options.adminHosts }),
      ...(restIdentity && { identity: restIdentity }),
      traced: options.traced ?? false,
      ...(guard && {
        tokens: guard.tokens,
        access: { ...guard, ...(oidc && { oidc }), openMetrics: options.openMetrics ?? false },
      }),
    })
    ends.push(() => admin.close())
    return {
      adminUrl: admin.url,
      xdsAddress: xds.address,
      config: revisions.config,
      close,
      ...(guard && { tokensFile: guard.tokensFile }),
    }
  } catch (error) {
    await close()
    throw error
  }
}

/** Plaintext has no node identities: whoever reaches the port gets the configuration of every node. */
function rejectOpenXds({ xds, xdsTls, insecure = false }: ControlPlaneOptions): void {
  const host = hostIn(xds)
  if (xdsTls !== undefined || insecure || host === undefined || isLoopback(host)) return
  throw new SwitchyardError(
    'invalid-argument',
    `xDS does not listen on ${host} in plaintext, where anybody could ask for the configuration of any node: serve it over mutual TLS (--xds-certificate, --xds-key and --xds-client-ca; yard up --mtls), listen on 127.0.0.1, or allow it by --insecure`,
  )
}

/** What a node must never be sent, even if somebody puts it into the folder of secrets. */
function ownFilesOf({
  adminTls,
  xdsTls,
  stateFolder,
  accessFolder = stateFolder,
}: ControlPlaneOptions): string[] {
  const inFolder = (folder: string | undefined, names: readonly string[]) =>
    folder === undefined ? [] : names.map((name) => join(folder, name))
  return [
    ...Object.values({ ...xdsTls }),
    ...Object.values({ ...adminTls }),
    ...inFolder(stateFolder, [REVISIONS, `${REVISIONS}-wal`, NACKS, ENDPOINTS]),
    ...inFolder(accessFolder, [TOKENS, AUDIT, `${AUDIT}${HEAD_SUFFIX}`]),
  ]
}

/** The store comes first: it keeps every other process out of the folder. */
async function openState(folder: string | undefined) {
  if (folder === undefined) return { store: openSqliteStore(':memory:') }
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const store = openSqliteStore(join(folder, REVISIONS))
  return { store, nackLog: openNackLog(join(folder, NACKS)) }
}

function openEndpoints(
  { stateFolder, kubeconfig, onFault }: ControlPlaneOptions,
  folder: string,
  ownFiles: readonly string[],
): Promise<EndpointStore> {
  return EndpointStore.open({
    folder,
    ownFiles,
    ...(kubeconfig !== undefined && { kubeconfig }),
    ...(stateFolder !== undefined && { stateFile: join(stateFolder, ENDPOINTS) }),
    ...(onFault && { onFault }),
  })
}

/** A renewal is read once all its files have stayed as they are for a while. @returns what ends this */
function followIdentity(
  identity: { readonly reload: () => Promise<void> },
  files: ServerTlsFiles | RestTlsFiles,
  onFault: ControlPlaneOptions['onFault'],
): () => Promise<void> {
  const watched = new WatchedFiles(IDENTITY_INTERVAL_MS, () => {
    identity.reload().catch((error: unknown) => onFault?.(error))
  })
  watched.watch(new Set(Object.values<string>({ ...files })))
  return async () => watched.close()
}

/** @throws SwitchyardError `invalid-argument` without a folder: there would be no audit log, and everybody else needs no token */
function oidcOf({ oidc, accessFolder, stateFolder }: ControlPlaneOptions): OidcLogin | undefined {
  if (oidc === undefined) return undefined
  if (accessFolder !== undefined || stateFolder !== undefined) return new OidcLogin(oidc)
  const message =
    'OpenID Connect needs a folder for tokens and the audit log: name one with --state or --access'
  throw new SwitchyardError('invalid-argument', message)
}

async function openAccess(folder: string, onFault: ControlPlaneOptions['onFault']) {
  const tokensFile = join(folder, TOKENS)
  const tokens = await Tokens.open(tokensFile)
  return {
    tokensFile,
    tokens,
    audit: await AuditLog.open(join(folder, AUDIT), { ...(onFault && { onFault }) }),
  }
}

function pushSpansOf(cache: SnapshotCache): PushSpans {
  const spans = new PushSpans()
  cache.onEvent((event) => spans.take(event))
  return spans
}

/** Asks nodes for their calls, takes the stats that they push, and adds up both. */
export function startLoadTally(
  state: { readonly config: Config; readonly effectiveConfig: Config },
  intervalMs?: number,
) {
  const loadReports = new LoadReports({ ...(intervalMs !== undefined && { intervalMs }) })
  const loads = new LoadTally({
    document: () => state.effectiveConfig,
    intervalMs: () => loadReports.settings.intervalMs,
  })
  loadReports.onEvent((event) => loads.take(event))
  const traffic = new TrafficTally({ hasFleet: (name) => Object.hasOwn(state.config.fleets, name) })
  return { loadReports, loads, traffic }
}

/** What the admin asks of the nodes. Without a server, none has a stream. */
export function nodesIn(cache: SnapshotCache, server?: Pick<XdsServer, 'disconnect'>) {
  return {
    disconnect: (group: string, node: string) => server?.disconnect(group, node) ?? 0,
    status: (group?: string) => cache.status(group),
    onEvent: cache.onEvent.bind(cache),
    snapshotJson: (group: string, node?: string) => {
      const snapshot = node === undefined ? cache.getSnapshot(group) : cache.nodeSnapshot(group, node)
      return snapshot && snapshotToJson(snapshot, cache.messages)
    },
  }
}
