// `yard bootstrap`: the Envoy accepts it, gets its configuration from the control plane, and serves calls.

import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { validateConfig } from '../../control-plane/document/validate.ts'
import { EnvoyAdmin } from '../../envoy-bootstrap/envoy-admin.ts'
import { findEnvoy } from '../../envoy-bootstrap/find-envoy.js'
import { freePort } from '../../processes/free-port.ts'
import { startProcess } from '../../processes/running-process.ts'
import { generateDocument } from '../../testbed/document.ts'
import { claimStateFolder, writeStateFile } from '../../testbed/state-file.ts'
import { XdsCertificates } from '../../testbed/xds-certificates.ts'
import { startEcho } from '../support/edge.ts'
import { ownFolder } from '../support/own-folder.ts'
import { testFolder } from '../support/test-folder.ts'
import { startYardAndControlPlane } from '../support/yard-and-control-plane.ts'
import { runYard } from '../support/yard-with-envoy.ts'

const envoy = findEnvoy().path

async function start(t: Test, options: Parameters<typeof startYardAndControlPlane>[2] = {}) {
  const port = await freePort()
  const { address } = await startEcho(t, 'b1')
  const config = validateConfig(generateDocument(['edge'], [{ id: 'b1', address }], port))
  return { port, ...(await startYardAndControlPlane(t, config, options)) }
}

/** Starts an Envoy with a bootstrap that was printed, and calls it. */
async function use(t: Test, bootstrap: string, { port, rest }: Awaited<ReturnType<typeof start>>) {
  const folder = await ownFolder(t)
  const file = join(t.testdirName, 'own.json')
  writeFileSync(file, bootstrap)
  const checked = spawnSync(envoy, ['--mode', 'validate', '-c', file], { encoding: 'utf8' })
  t.match(checked, { status: 0, stdout: /configuration '.*' OK/ })
  const running = startProcess({
    name: 'own Envoy',
    command: 'env',
    args: ['-C', folder, envoy, '-c', file, '--disable-hot-restart', '--concurrency', '1'],
    dieWithParent: true,
    ready: (line) => line.includes('starting workers') || undefined,
  })
  t.teardown(() => running.stop())
  await running.ready
  const admin = new EnvoyAdmin(`unix:${join(folder, 'own-1.admin.sock')}`)
  t.match(await admin.node(), { id: 'own-1' }, 'its admin is in the folder in which it starts')
  t.match((await rest.getStatus()).nodes, [{ id: 'own-1', fleet: 'edge', connected: true }])
  const called = await runYard(t, t.testdirName, 'call', 'edge', '-n', '2', '--to', `127.0.0.1:${port}`)
  t.match(called, { code: 0, stdout: /b1 +2 +100\.0%/ })
}

t.test('an Envoy with the printed bootstrap serves its fleet', async (t) => {
  testFolder(t)
  const parts = await start(t)
  const { adminUrl, xdsAddress } = parts
  const flags = ['--admin', adminUrl, '--xds', xdsAddress]
  const { code, stdout, output } = await runYard(t, t.testdirName, 'bootstrap', 'edge', 'own-1', ...flags)
  t.equal(code, 0)
  t.match(output, `start it: ${envoy} -c FILE --disable-hot-restart\n`)
  t.notMatch(stdout, 'start it')
  await use(t, stdout, parts)
})

for (const protocol of ['delta', 'sotw']) {
  t.test(`T5: an Envoy with a locality serves its fleet by ${protocol}`, async (t) => {
    testFolder(t)
    const parts = await start(t)
    const { adminUrl, xdsAddress } = parts
    const flags = ['--admin', adminUrl, '--xds', xdsAddress, '--locality', 'eu/eu-a', '--protocol', protocol]
    const { code, stdout } = await runYard(t, t.testdirName, 'bootstrap', 'edge', 'own-1', ...flags)
    t.equal(code, 0)
    t.match(JSON.parse(stdout), { node: { locality: { region: 'eu', zone: 'eu-a' } } })
    await use(t, stdout, parts)
  })
}

t.test('in a testbed with mutual TLS, the address is known and the node gets a certificate', async (t) => {
  const folder = testFolder(t)
  const xdsIdentities = join(folder, 'xds')
  const { certificate, key, ca } = (await XdsCertificates.create(xdsIdentities)).controlPlane
  const parts = await start(t, { xdsTls: { certificate, key, clientCa: ca }, accessFolder: folder })
  const state = join(folder, 'state')
  await claimStateFolder(state)
  await writeStateFile(state, {
    ...{ admin: parts.adminUrl, xds: parts.xdsAddress, tokens: join(folder, 'tokens.json'), xdsIdentities },
    ...{ secrets: folder, fleets: {}, backends: [], parts: [], notices: [] },
  })
  const { code, stdout, output } = await runYard(
    t,
    folder,
    'bootstrap',
    'edge',
    'own-1',
    '--protocol',
    'sotw',
  )
  t.equal(code, 0)
  t.match(output, `start it: ${envoy} -c FILE --disable-hot-restart --drain-time-s 4\n`)
  const certificates = XdsCertificates.open(xdsIdentities).of('own-1')
  t.match(stdout, certificates.watched.certificate)
  const { ca: trusted, certificate: cert, key: nodeKey } = certificates
  const files = ['--ca', trusted, '--cert', cert, '--key', nodeKey]
  const out = join(xdsIdentities, 'own-1.yaml')
  const { watched } = certificates
  await Promise.all([rm(watched.certificate), rm(watched.ca)])
  const flags = [...['--protocol', 'sotw'], ...files, '--out', out]
  const same = await runYard(t, folder, 'bootstrap', 'edge', 'own-1', ...flags)
  t.match(same, {
    code: 0,
    stdout: '',
    output: `wrote ${out}, ${watched.certificate}, ${watched.ca}\nEnvoy reads the last two in ${xdsIdentities}: put them there\nstart it: ${envoy} -c ${out} `,
  })
  t.equal(readFileSync(out, 'utf8'), stdout, 'with files that are given')
  const nowhere = join(folder, 'missing', 'own-1.yaml')
  t.match(await runYard(t, folder, 'bootstrap', 'edge', 'own-1', '--out', nowhere), {
    code: 2,
    output: `--out: cannot write ${nowhere}: `,
  })
  await use(t, stdout, parts)
})

t.test('what is missing or unknown is an error', async (t) => {
  const folder = testFolder(t)
  const { adminUrl, rest } = await start(t)
  await rest.patchConfig({
    fleets: {
      clients: {
        kind: 'proxyless',
        lb: { policy: 'round_robin' },
        listeners: { echo: { l7: { routes: ['public'] } } },
      },
    },
  })
  const bootstrap = (...args: string[]) => runYard(t, folder, 'bootstrap', ...args)
  t.match(await bootstrap('edge', 'own-1'), { code: 3, output: /no control plane is running here/ })
  t.match(await bootstrap('edge', 'own-1', '--admin', adminUrl), { code: 2, output: /--xds is missing/ })
  t.match(await bootstrap('egde', 'own-1', '--admin', adminUrl, '--xds', '127.0.0.1:1'), {
    code: 2,
    output: /unknown fleet "egde"\. Use one of: edge, clients/,
  })
  const here = ['--admin', adminUrl, '--xds', '127.0.0.1:1']
  t.match(await bootstrap('edge', 'own-1', ...here, '--client', 'python'), {
    code: 2,
    output: /fleet "edge" is of kind envoy: leave out --client/,
  })
  t.match(await bootstrap('clients', 'own-1', ...here), {
    code: 2,
    output: /fleet "clients" is of kind proxyless: name its gRPC with --client/,
  })
  t.match(await bootstrap('clients', 'own-1', ...here, '--client', 'python'), { code: 0 })
  t.match(await bootstrap('edge', '', '--xds', 'localhost:1', '--address', 'all'), {
    code: 2,
    output: /<node>: is empty.*--address: is "all".*--xds: is "localhost:1"; write IP:port/s,
  })
  t.match(await bootstrap('edge', 'own-1', '--xds', '127.0.0.1:1', '--ca', 'ca.pem'), {
    code: 2,
    output: /--ca, --cert and --key belong together/,
  })
})
