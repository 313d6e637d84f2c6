// A real Kubernetes API server without nodes. Go builds it into `.tools/` on first use; etcd is the one of the system.

import { spawnSync } from 'node:child_process'
import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout } from 'node:timers/promises'
import { requireProgram } from '../../processes/find-program.ts'
import { freePort } from '../../processes/free-port.ts'
import type { ProcessGroup } from '../../processes/process-group.ts'
import { fillOnce } from '../../testbed/grpc-programs/fill-once.ts'
import { hasGo, INSTALL_GO } from '../../testbed/grpc-programs/go.ts'
import { sourceFile } from '../../testbed/part.ts'
import { downloadModule, KUBERNETES_VERSION } from '../support/kubernetes-schemas.ts'

const START_TIMEOUT_MS = 120_000
const RETRY_MS = 200

export interface Answer {
  readonly status: number
  // biome-ignore lint/suspicious/noExplicitAny: what the API server answers has as many types as it has kinds.
  readonly body: any
}

export interface ApiServer {
  readonly ask: (method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: object) => Promise<Answer>
  /** A kubeconfig file of the user `switchyard`, who may do nothing before somebody allows it. */
  readonly kubeconfig: string
}

/**
 * @param folder for its state and logs
 * @throws if etcd is not installed, or if Go cannot build the API server
 */
export async function startApiServer(group: ProcessGroup, folder: string): Promise<ApiServer> {
  const etcdProgram = requireProgram('etcd', 'sudo apt-get install -y etcd-server')
  if (!hasGo()) throw new Error(`Go is not installed: ${INSTALL_GO}`)
  const binary = buildApiServer()
  const [etcdPort, peerPort, port] = [await freePort(), await freePort(), await freePort()]
  const etcd = `http://127.0.0.1:${etcdPort}`
  await group.start({
    name: 'etcd',
    command: etcdProgram,
    args: [
      ...['--data-dir', join(folder, 'etcd'), '--listen-client-urls', etcd, '--advertise-client-urls', etcd],
      ...['--listen-peer-urls', `http://127.0.0.1:${peerPort}`],
    ],
    logFile: join(folder, 'etcd.log'),
    ready: (line) => (/ready to serve client requests|serving client traffic/.test(line) ? true : undefined),
    timeoutMs: START_TIMEOUT_MS,
    dieWithParent: true,
  }).ready

  const [keyFile, tokenFile] = [join(folder, 'service-accounts.pem'), join(folder, 'tokens.csv')]
  const [token, userToken] = [randomUUID(), randomUUID()]
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  writeFileSync(keyFile, privateKey.export({ type: 'pkcs8', format: 'pem' }))
  writeFileSync(tokenFile, `${token},admin,admin,"system:masters"\n${userToken},switchyard,switchyard\n`)
  const certificates = join(folder, 'certificates')
  const flags = {
    'etcd-servers': etcd,
    'cert-dir': certificates,
    'bind-address': '127.0.0.1',
    'secure-port': String(port),
    'service-cluster-ip-range': '10.96.0.0/16',
    'service-account-issuer': 'https://kubernetes.default.svc',
    'service-account-key-file': keyFile,
    'service-account-signing-key-file': keyFile,
    'authorization-mode': 'RBAC',
    'token-auth-file': tokenFile,
    'disable-admission-plugins': 'ServiceAccount',
    'endpoint-reconciler-type': 'none',
    'enable-priority-and-fairness': 'false',
  }
  await group.start({
    name: 'kube-apiserver',
    command: binary,
    args: Object.entries(flags).map(([name, value]) => `--${name}=${value}`),
    logFile: join(folder, 'kube-apiserver.log'),
    ready: (line) => (line.includes('Serving securely') ? true : undefined),
    timeoutMs: START_TIMEOUT_MS,
    dieWithParent: true,
  }).ready

  const ca = readFileSync(join(certificates, 'apiserver.crt'))
  const ask: ApiServer['ask'] = (method, path, body) =>
    new Promise((resolve, reject) => {
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
      const options = { host: '127.0.0.1', port, method, path, headers, ca, servername: 'kubernetes' }
      request({ ...options }, (response) => {
        text(response).then((answer) => {
          const isJson = response.headers['content-type']?.startsWith('application/json')
          resolve({ status: response.statusCode ?? 0, body: isJson ? JSON.parse(answer) : answer })
        }, reject)
      })
        .on('error', reject)
        .end(body && JSON.stringify(body))
    })
  await until(async () => (await ask('GET', '/readyz')).status === 200, 'the API server is not ready')
  const kubeconfig = join(folder, 'kubeconfig.json')
  writeFileSync(kubeconfig, JSON.stringify(kubeconfigOf(`https://127.0.0.1:${port}`, ca, userToken)))
  return { ask, kubeconfig }
}

function kubeconfigOf(server: string, ca: Buffer, token: string) {
  const cluster = {
    server,
    'certificate-authority-data': ca.toString('base64'),
    'tls-server-name': 'kubernetes',
  }
  return {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster }],
    users: [{ name: 'switchyard', user: { token } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'switchyard' } }],
    'current-context': 'test',
  }
}

/** Asks again until it holds. @throws after two minutes */
export async function until(holds: () => Promise<boolean>, otherwise: string): Promise<void> {
  const end = Date.now() + START_TIMEOUT_MS
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(otherwise)
    await setTimeout(RETRY_MS)
  }
}

/** @returns the path of the binary */
function buildApiServer(): string {
  const module = `v${KUBERNETES_VERSION}`
  const folder = fillOnce(join(sourceFile('.tools'), `kube-apiserver-${KUBERNETES_VERSION}`), (fresh) => {
    writeFileSync(join(fresh, 'go.mod'), goMod(downloadModule(`k8s.io/kubernetes@${module}`)))
    const version = 'k8s.io/component-base/version'
    const [major, minor] = KUBERNETES_VERSION.split('.')
    const versions = { gitVersion: module, gitMajor: major, gitMinor: minor }
    const sets = Object.entries(versions).map(([name, value]) => `-X ${version}.${name}=${value}`)
    const go = (...args: readonly string[]) => {
      const { status } = spawnSync('go', args, { cwd: fresh, stdio: ['ignore', 'inherit', 'inherit'] })
      if (status !== 0) throw new Error(`go ${args[0]} failed; its output says why`)
    }
    go('mod', 'tidy', '-e')
    go('build', '-trimpath', '-ldflags', `-s -w ${sets.join(' ')}`, 'k8s.io/kubernetes/cmd/kube-apiserver')
  })
  return join(folder, 'kube-apiserver')
}

/** Kubernetes replaces its own modules by folders of its tree; whoever imports it names their versions instead. */
function goMod(kubernetes: string): string {
  const own = readFileSync(join(kubernetes, 'go.mod'), 'utf8')
  const staged = [...own.matchAll(/^\s*(k8s\.io\/\S+) => \.\/staging\//gm)].map(([, name]) => name)
  const version = `v0.${KUBERNETES_VERSION.split('.').slice(1).join('.')}`
  const lines = (prefix: string, of: readonly string[]) => of.map((line) => `${prefix} ${line}`)
  return [
    'module switchyard.test/kube-apiserver',
    ...lines('', own.match(/^go .*|^godebug .*/gm) ?? []),
    'tool k8s.io/kubernetes/cmd/kube-apiserver',
    `require k8s.io/kubernetes v${KUBERNETES_VERSION}`,
    ...lines(
      'replace',
      staged.map((name) => `${name} => ${name} ${version}`),
    ),
    '',
  ].join('\n')
}
