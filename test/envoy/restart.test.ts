// The control plane is killed with -9 under load and restarted: no call fails, and Envoy is sent nothing.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import t, { type Test } from 'tap'
import { stringify } from 'yaml'
import { freePort } from '../../processes/free-port.ts'
import { readToken } from '../../testbed/token-file.ts'
import { startBackends } from '../support/echo-backends.ts'
import { startEnvoy, startLoad } from '../support/real-envoy.ts'
import { sampleWith } from '../support/sample-config.ts'
import { testFolder } from '../support/test-folder.ts'

const MAIN = join(import.meta.dirname, '../../control-plane/main.ts')

async function startMain(t: Test, ...flags: string[]) {
  const child = spawn(process.execPath, [MAIN, ...flags], { stdio: ['ignore', 'pipe', 'inherit'] })
  t.teardown(() => child.kill('SIGKILL'))
  const [line] = await once(createInterface(child.stdout), 'line')
  const { admin, tokens } = JSON.parse(line) as { readonly admin: string; readonly tokens: string }
  const headers = { authorization: `Bearer ${await readToken(tokens, 'operator')}` }
  const killed = async () => {
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  return { admin, headers, killed }
}

type Main = Awaited<ReturnType<typeof startMain>>

async function putLb({ admin, headers }: Main, body: object) {
  const response = await fetch(`${admin}/v1/fleets/fleet/lb?wait=30s`, {
    method: 'PUT',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  return { status: response.status, ...((await response.json()) as object) }
}

t.test('X21: kill -9 under load loses no call and no revision, and pushes nothing in delta', async (t) => {
  const [b1, b2] = await startBackends(t, 'b1', 'b2')
  const [port, xdsPort] = [await freePort(), await freePort()]
  const folder = testFolder(t)
  const file = join(folder, 'yard.yaml')
  const endpoints = { b1: { address: `127.0.0.1:${b1}` }, b2: { address: `127.0.0.1:${b2}` } }
  await writeFile(
    file,
    stringify(
      sampleWith({
        'upstreams.echo': { endpoints },
        'upstreams.echo-v2': { endpoints },
        'fleets.edge': undefined,
        'fleets.fleet': {
          kind: 'envoy',
          lb: { mode: 'l7', policy: 'round_robin' },
          listeners: { main: { port, l4: { upstream: 'echo' }, l7: { routes: 'public' } } },
        },
      }),
    ),
  )
  const xds = `127.0.0.1:${xdsPort}`
  const flags = ['--config', file, '--xds', xds, '--state', join(folder, 'state')]
  const first = await startMain(t, ...flags)
  const envoy = await startEnvoy(t, xds, 'delta', { folder })
  await envoy.admin.waitUntilLive()
  t.match(await putLb(first, { mode: 'l7', policy: 'random' }), { status: 200, revision: 2 })

  const load = startLoad(t, `127.0.0.1:${port}`)
  await load.further(200)
  await first.killed()
  await load.further(200)
  const again = await startMain(t, ...flags)
  const { document } = (await (
    await fetch(`${again.admin}/v1/revisions/2`, { headers: again.headers })
  ).json()) as {
    readonly document: object
  }
  t.match(document, { fleets: { fleet: { lb: { policy: 'random' } } } }, 'the last acknowledged revision')

  await untilConnected(again)
  const metrics = await (await fetch(`${again.admin}/metrics`, { headers: again.headers })).text()
  t.match(metrics, /^switchyard_xds_pushes_total\{.*\} 0$/m)
  t.notMatch(
    metrics,
    /^switchyard_xds_pushes_total\{.*\} [1-9]/m,
    'all types are in sync, and nothing was sent',
  )
  t.match(await putLb(again, { mode: 'l7', policy: 'least_request' }), { status: 200, revision: 3 })
  await load.further(200)
  t.same((await load.stop()).failures, [], 'no call failed')
})

/** Polls until Envoy has reconnected and is in sync; the test's timeout bounds it. */
async function untilConnected({ admin, headers }: Main): Promise<void> {
  for (;;) {
    const response = await fetch(`${admin}/v1/status`, { headers })
    const { nodes } = (await response.json()) as { readonly nodes: readonly { readonly state: string }[] }
    if (nodes.some(({ state }) => state === 'SYNCED')) return
  }
}
