// The control plane as a process: flags, one line when it is ready, and a clean end.

import { dirname, join, resolve } from 'node:path'
import { isDeepStrictEqual, parseArgs } from 'node:util'
import { logVerbosity, setLogVerbosity } from '@grpc/grpc-js'
import { SwitchyardError } from '../core/errors.ts'
import type { Tracing } from '../core/open-telemetry.ts'
import { printable } from '../core/printable.ts'
import { OIDC_OPTIONS, OIDC_USAGE, type OidcFlags, readOidcFlags } from './access/oidc-settings.ts'
import { SECRETS_FOLDER, startControlPlane } from './control-plane.ts'
import { readConfigFile } from './document/file.ts'
import {
  CONNECTION_OPTIONS,
  CONNECTION_USAGE,
  type ConnectionFlags,
  readConnectionFlags,
} from './flags/connection-flags.ts'
import { readSeconds } from './flags/read-seconds.ts'

const USAGE = `Usage: yard serve [--config FILE] [--state FOLDER] [options]

  --config FILE    initial desired state in YAML; ignored if the state folder already has a revision
  --admin ADDRESS  serve REST on HOST:PORT (127.0.0.1:0, which picks a free port)
  --admin-host NAME
                   answer REST for this host name too, beside addresses, localhost and the names of its certificate;
                   may be given several times
  --admin-certificate FILE, --admin-key FILE
                   serve REST over TLS, at least 1.2 (PEM); files that change are read again
  --xds ADDRESS    serve xDS on HOST:PORT or unix:/PATH (127.0.0.1:0)
  --xds-certificate FILE, --xds-key FILE, --xds-client-ca FILE
                   serve xDS over mutual TLS: each node needs its own certificate from this CA (PEM)
  --insecure       serve xDS in plaintext off loopback too: whoever connects can claim to be any node
  --drain-time SECONDS
                   keep what a replaced listener still uses for this time: --drain-time-s of the Envoys or a little
                   more, 0 to remove it at once (600, as in Envoy)
${CONNECTION_USAGE}  --load-interval SECONDS
                   ask nodes to report their calls this often, 0.1 to 3600 (10)
  --state FOLDER   keep revisions between runs (default: in memory only)
  --secrets FOLDER read secrets from this folder only; paths in the document are relative to it
                   (default: "secrets" beside --config, else in --state)
  --files FOLDER   read the files that switches name, such as descriptors and scripts, from this folder only
                   (default: "files" beside the folder of secrets)
  --kubeconfig FILE
                   follow the Services of Kubernetes that upstreams name (default: the service account of the Pod)
  --access FOLDER  keep REST's tokens and audit log here (default: the state folder; without either, REST needs no
                   token and stays on loopback)
${OIDC_USAGE}  --testbed URL    control the load of the testbed at http://127.0.0.1:PORT/PATH over REST
  --prometheus URL show the dashboards with values of the Prometheus at http://HOST:PORT, over REST and on the page
  --otlp URL       report each write as a trace to the collector at http://HOST:PORT, by OTLP over gRPC
  --open-metrics   serve /metrics without a token
  --die-with-parent
                   exit when stdin closes
  --help           print this text

Prints {"admin":URL,"xds":ADDRESS,"tokens":FILE} on stdout when it is ready. Ends on SIGINT and SIGTERM.
`

/** A day. Node's timers end at 24 days, and fire at once beyond. */
const MAX_DRAIN_SECONDS = 86_400

/**
 * For the rest of a close, after the grace of connections. By default that is less than the 5 s after which a testbed sends SIGKILL. If
 * the testbed itself was killed, nobody sends one.
 */
const CLOSE_REST_MS = 2_000

/** Paths of problems with the files of secrets. */
const FILE_OF_SECRET = /^secrets[.[].*\.(certificate|key|passphrase|ca|crl)$/

interface Flags extends OidcFlags, ConnectionFlags {
  readonly config?: string
  readonly admin: string
  readonly 'admin-host'?: readonly string[]
  readonly 'admin-certificate'?: string
  readonly 'admin-key'?: string
  readonly xds: string
  readonly 'xds-certificate'?: string
  readonly 'xds-key'?: string
  readonly 'xds-client-ca'?: string
  readonly insecure: boolean
  readonly 'drain-time'?: string
  readonly 'load-interval'?: string
  readonly state?: string
  readonly secrets?: string
  readonly files?: string
  readonly kubeconfig?: string
  readonly access?: string
  readonly testbed?: string
  readonly prometheus?: string
  readonly otlp?: string
  readonly 'open-metrics': boolean
  readonly 'die-with-parent': boolean
}

/** Undefined if the flags ask for help. @throws SwitchyardError `invalid-argument` for invalid flags */
function readFlags(): Flags | undefined {
  const { help, ...flags } = parse()
  if (help) return undefined
  if (flags.config === undefined && flags.state === undefined) {
    throw new SwitchyardError('invalid-argument', '--config FILE is missing: see --help')
  }
  return flags
}

function parse() {
  try {
    return parseArgs({
      options: {
        config: { type: 'string' },
        admin: { type: 'string', default: '127.0.0.1:0' },
        'admin-host': { type: 'string', multiple: true },
        'admin-certificate': { type: 'string' },
        'admin-key': { type: 'string' },
        xds: { type: 'string', default: '127.0.0.1:0' },
        'xds-certificate': { type: 'string' },
        'xds-key': { type: 'string' },
        'xds-client-ca': { type: 'string' },
        insecure: { type: 'boolean', default: false },
        'drain-time': { type: 'string' },
        'load-interval': { type: 'string' },
        state: { type: 'string' },
        secrets: { type: 'string' },
        files: { type: 'string' },
        kubeconfig: { type: 'string' },
        access: { type: 'string' },
        ...OIDC_OPTIONS,
        ...CONNECTION_OPTIONS,
        testbed: { type: 'string' },
        prometheus: { type: 'string' },
        otlp: { type: 'string' },
        'open-metrics': { type: 'boolean', default: false },
        'die-with-parent': { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }).values
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new SwitchyardError('invalid-argument', `${reason}: see --help`, { cause: error })
  }
}

async function run(): Promise<void> {
  const flags = readFlags()
  if (flags === undefined) {
    process.stdout.write(USAGE)
    return
  }
  const { admin, xds, state, 'die-with-parent': dieWithParent } = flags
  const oidc = readOidcFlags(flags)
  const connections = readConnectionFlags(flags)
  const tracing = await startTracingOf(flags)
  const secretsFolder = secretsFolderOf(flags)
  const config = flags.config === undefined ? undefined : await readConfigFile(flags.config)
  const start = startControlPlane({
    ...(config && { config }),
    admin,
    ...(flags['admin-host'] && { adminHosts: flags['admin-host'] }),
    ...adminTlsOf(flags),
    xds,
    ...xdsTlsOf(flags),
    ...drainTimeOf(flags),
    ...connections,
    ...loadIntervalOf(flags),
    ...(state === undefined ? {} : { stateFolder: state }),
    secretsFolder,
    ...(flags.files === undefined ? {} : { filesFolder: resolve(flags.files) }),
    ...(flags.kubeconfig === undefined ? {} : { kubeconfig: resolve(flags.kubeconfig) }),
    ...(flags.access === undefined ? {} : { accessFolder: flags.access }),
    ...(oidc && { oidc }),
    ...(flags.testbed === undefined ? {} : { testbed: flags.testbed }),
    ...(flags.prometheus === undefined ? {} : { prometheus: flags.prometheus }),
    insecure: flags.insecure,
    traced: tracing !== undefined,
    openMetrics: flags['open-metrics'],
    onFault: (error) => process.stderr.write(`${printable(SwitchyardError.from(error).message)}\n`),
  })
  const controlPlane = await start.catch((error: unknown) => {
    throw nameSecretsFolder(error, secretsFolder)
  })
  if (config !== undefined && !isDeepStrictEqual(config, controlPlane.config)) {
    process.stderr.write(
      `${flags.config} is ignored: the state folder ${state} already has a desired state, which is in force\n`,
    )
  }
  endCleanly(
    async () => {
      await controlPlane.close()
      await tracing?.shutdown()
    },
    connections.closeGraceMs + CLOSE_REST_MS,
    dieWithParent,
  )
  const { adminUrl, xdsAddress, tokensFile } = controlPlane
  process.stdout.write(`${JSON.stringify({ admin: adminUrl, xds: xdsAddress, tokens: tokensFile })}\n`)
}

function secretsFolderOf({ secrets, config, state = '.' }: Flags): string {
  return resolve(secrets ?? join(config === undefined ? state : dirname(config), SECRETS_FOLDER))
}

/** Only here, in the terminal of whoever starts it: answers of REST show no folders of the host. */
function nameSecretsFolder(error: unknown, folder: string): unknown {
  if (!(error instanceof SwitchyardError) || !error.problems.some(({ path }) => FILE_OF_SECRET.test(path))) {
    return error
  }
  return new SwitchyardError(
    error.code,
    `${error.message}\nThe files of secrets are read from ${folder}; "yard serve --secrets FOLDER" reads another folder`,
    { cause: error },
  )
}

function adminTlsOf({ 'admin-certificate': certificate, 'admin-key': key }: Flags) {
  if (certificate !== undefined && key !== undefined) return { adminTls: { certificate, key } }
  if (certificate === undefined && key === undefined) return {}
  throw new SwitchyardError(
    'invalid-argument',
    '--admin-certificate and --admin-key belong together: give both or none, see --help',
  )
}

/** All three flags or none: without a client CA, anybody could ask for the secrets of any node. */
function xdsTlsOf(flags: Flags) {
  const { 'xds-certificate': certificate, 'xds-key': key, 'xds-client-ca': clientCa } = flags
  if (certificate !== undefined && key !== undefined && clientCa !== undefined) {
    return { xdsTls: { certificate, key, clientCa } }
  }
  if (certificate === undefined && key === undefined && clientCa === undefined) return {}
  throw new SwitchyardError(
    'invalid-argument',
    '--xds-certificate, --xds-key and --xds-client-ca belong together: give all three or none, see --help',
  )
}

/** @throws SwitchyardError `invalid-argument` */
function drainTimeOf({ 'drain-time': text }: Flags) {
  return text === undefined ? {} : { drainTimeMs: readSeconds('--drain-time', text, 0, MAX_DRAIN_SECONDS) }
}

/** @throws SwitchyardError `invalid-argument` */
function loadIntervalOf({ 'load-interval': text }: Flags) {
  return text === undefined ? {} : { loadIntervalMs: readSeconds('--load-interval', text, 0.1, 3_600) }
}

/** The SDK is loaded only where it is used. @throws SwitchyardError `invalid-argument` */
async function startTracingOf({ otlp }: Flags): Promise<Tracing | undefined> {
  if (otlp === undefined) return undefined
  const url = URL.parse(otlp)
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    const message = `--otlp ${otlp} is not the URL of a collector, such as http://127.0.0.1:4317: see --help`
    throw new SwitchyardError('invalid-argument', message)
  }
  const { startTracing } = await import('../core/open-telemetry.ts')
  return startTracing({ service: 'switchyard', endpoint: otlp })
}

function endCleanly(close: () => Promise<void>, limitMs: number, dieWithParent: boolean): void {
  let ending = false
  const end = () => {
    if (ending) return
    ending = true
    const limit = setTimeout(() => {
      process.stderr.write(`the control plane did not close within ${limitMs} ms, so it ends at once\n`)
      process.exit(1)
    }, limitMs)
    limit.unref()
    close().then(() => process.exit(0), fail)
  }
  process.once('SIGINT', end)
  process.once('SIGTERM', end)
  if (dieWithParent) process.stdin.once('close', end).resume()
}

/** Exit code 2 is for errors that the caller can fix, 1 for all others. */
function fail(error: unknown): never {
  const { code, message } = SwitchyardError.from(error)
  process.stderr.write(`${printable(message)}\n`)
  process.exit(code === 'invalid-argument' || code === 'invalid-config' ? 2 : 1)
}

// Revisions, logs and the socket of xDS are for this user only, whatever the umask of the shell is.
process.umask(process.umask() | 0o077)
// gRPC would print a second line beside each error that is reported here.
if (process.env.GRPC_VERBOSITY === undefined) setLogVerbosity(logVerbosity.NONE)
await run().catch(fail)
