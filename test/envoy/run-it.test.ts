// docs/guides/run-it.md, from its first command to its last: a control plane and an Envoy with mutual TLS, calls through it, and
// what an operator does later.

import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import t, { type Test } from 'tap'
import { EnvoyAdmin } from '../../envoy-bootstrap/envoy-admin.ts'
import { freePort } from '../../processes/free-port.ts'
import { commandsOf } from '../house/doc-commands.ts'
import { startEcho } from '../support/edge.ts'
import { openHost } from '../support/installed-host.ts'
import { blocksOf } from '../support/markdown-blocks.ts'
import { requireTool } from '../support/requirements.ts'
import { testFolder } from '../support/test-folder.ts'
import { until } from '../support/until.ts'

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
const GUIDE = read('docs/guides/run-it.md')
/** Those of the control plane come first. */
const [REFERENCE = ''] = read('docs/reference/metrics.md').split('<!-- end of metrics of control-plane -->')
const PORTS = ['18000', '9000', '9443', '8443', '9901']
const BACKENDS = { '10.0.0.11:7000': 'b1', '10.0.0.12:7000': 'b2' }

/** Addresses and ports of the guide and its files, each with the one of this host. */
async function startBackends(t: Test) {
  const replaced: Record<string, string> = {
    '10.0.0.2': '127.0.0.1',
    '10.0.0.7': '127.0.0.1',
    '0.0.0.0': '127.0.0.1',
  }
  for (const [address, id] of Object.entries(BACKENDS)) replaced[address] = (await startEcho(t, id)).address
  for (const port of PORTS) replaced[port] = `${await freePort()}`
  return replaced
}

/** Labels by the name of the metric, as Prometheus would scrape them; undefined for a metric without series. */
function labelsIn(metrics: string): ReadonlyMap<string, readonly string[] | undefined> {
  const names = [...metrics.matchAll(/^# TYPE (\w+)/gm)].map(([, name = '']) => name)
  return new Map(
    names.map((name) => {
      const [series, labels = ''] = new RegExp(`^${name}(?:_count)?(?:{(.*)})? `, 'm').exec(metrics) ?? []
      if (series === undefined) return [name, undefined]
      return [name, [...labels.matchAll(/(\w+)="/g)].map(([, label = '']) => label).toSorted()]
    }),
  )
}

/** The rows of the reference: name and labels. */
function metricsInReference(): ReadonlyMap<string, readonly string[]> {
  const rows = [...REFERENCE.matchAll(/^\| `(switchyard_\w+)` \|[^|]*\|([^|]*)\|/gm)]
  return new Map(
    rows.map(([, name = '', labels = '']) => [
      name,
      [...labels.matchAll(/`(\w+)`/g)].map(([, label = '']) => label).toSorted(),
    ]),
  )
}

/** The metrics in the expressions of alerts.yml, each with the labels that its selector names. */
const ALERTED = [
  ...read('examples/run-it/alerts.yml').matchAll(/\b((?:switchyard|envoy)_\w+)(?:\{(.*?)\})?/g),
].map(([, name = '', selector = '']) => ({
  name: name.replace(/_count$/, ''),
  labels: [...selector.matchAll(/(\w+)[!=]/g)].map(([, label = '']) => label),
}))

async function checkMetrics(t: Test, output: string, statistics: string) {
  const metrics = labelsIn(output)
  const inReference = metricsInReference()
  t.same([...inReference.keys()].toSorted(), [...metrics.keys()].toSorted())
  for (const [name, labels] of metrics) {
    // The backends of this test report no utilization, so that it has no series.
    if (labels !== undefined) t.same(inReference.get(name), labels, name)
  }
  const ofEnvoy = await (await fetch(`http://${statistics}/stats/prometheus`)).text()
  t.ok(ALERTED.length > 5)
  for (const { name, labels } of ALERTED) {
    if (name.startsWith('envoy_')) t.match(ofEnvoy, `${name}{`)
    else
      for (const label of ['', ...labels])
        t.ok(metrics.has(name) && (label === '' || metrics.get(name)?.includes(label)), `${name}: ${label}`)
  }
}

/** Without a line about failed calls. */
const BOTH_ANSWER = /^ +answered by .*\n +b1 .*\n +b2 .*\n$/
const REPORTED = 'switchyard_load_calls_started_total{'
const CALL = 'yard call edge -n 20 --to 10.0.0.7:8443 --ca pki/identities/ca.pem'

t.test('the guide works, word by word', async (t) => {
  if (!requireTool(t, 'envoy') || !requireTool(t, 'curl')) return
  const replaced = await startBackends(t)
  const host = openHost(t, testFolder(t), replaced)
  const admin = new EnvoyAdmin(`unix:${host.moved('/run/envoy')}/edge-1/admin.sock`)
  const outputs: string[] = []
  const run = async (command: string) => {
    const { code, output } = await host.run(command)
    t.equal(code, 0, command, { output })
    outputs.push(output.replaceAll(/ +/g, ' '))
    return output
  }
  const untilServing = async () => {
    await admin.waitUntilLive()
    await until(async () => (await admin.dynamicListeners()).every(({ state }) => state !== 'warming'))
  }
  const untilSynced = async () => {
    await until(async () => (await run('yard status')).includes('SYNCED'))
  }
  t.equal((await host.run('echo "$NODE_OPTIONS"')).output, '\n', 'the host loads no bundles, as tests do')
  const callsPass = async (when: string) => t.match(await run(CALL), BOTH_ANSWER, when)

  const isAtL7 = async () => {
    const active = (await admin.dynamicListeners()).filter(({ state }) => state === 'active')
    return JSON.stringify(active).includes('http_connection_manager')
  }
  let isRestored = false

  for (const command of commandsOf(GUIDE)) {
    if (command.includes('/metrics')) {
      const tableSize = "'fleets.edge.lb={mode: l7, policy: maglev, tableSize: 65536}'"
      t.match(await host.run(`yard set ${tableSize}`), { code: 4 }, 'a metric of NACKs needs one')
      // Envoy reports calls every ten seconds.
      await until(async () => (await host.run(command)).output.includes(REPORTED))
    }
    const output = await run(command)
    if (command.endsWith('http://envoy/ready')) {
      await untilServing()
      await untilSynced()
    }
    if (command.startsWith('yard set')) await untilServing()
    if (command === CALL) t.match(output, BOTH_ANSWER, 'over TLS')
    if (command.includes('-czf switchyard-state.tar.gz'))
      await callsPass('while the control plane is stopped')
    if (command === 'yard get > document.yaml') {
      await untilSynced() // The control plane started a moment ago: Envoy may not be connected again.
      t.match(await run('yard lb edge l4'), /ACKed by 1 Envoy/, 'the document changes behind the copy')
      await untilServing()
      t.notOk(await isAtL7())
    }
    if (command.includes('-xzf')) isRestored = true
    else if (isRestored) {
      isRestored = false
      t.match(await run('yard lb edge'), 'L7 round_robin', 'the copy is in force again')
      await until(isAtL7)
    }
    if (command.includes('/metrics')) await checkMetrics(t, output, `127.0.0.1:${replaced['9901']}`)
    if (command.endsWith('http://envoy/certs')) {
      const { serialNumber } = new X509Certificate(await run('cat pki/identities/edge-1.pem'))
      await until(async () => (await host.run(command)).output.includes(serialNumber.toLowerCase()))
      await callsPass('after the renewal, without a restart')
    }
    if (command.startsWith('NODE_EXTRA_CA_CERTS')) t.match(output, /edge-1 +edge +SYNCED/)
  }
  await untilServing()
  await callsPass('through the containers')

  const [shown] = blocksOf(GUIDE).filter(({ language }) => language === 'text')
  const text = shown?.text.replaceAll(/ +/g, ' ').trim() ?? ''
  t.ok(
    outputs.some((output) => output.includes(text)),
    text,
  )
})
