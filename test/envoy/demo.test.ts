// The main job, from the command to its last process, on real parts.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'

const YARD = fileURLToPath(new URL('../../cli/yard.ts', import.meta.url))

function startYard(t: Test, ...args: string[]) {
  const folder = t.testdir()
  const child = spawn(process.execPath, [YARD, ...args], {
    env: { ...process.env, TMPDIR: folder, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  const waiting: { readonly text: string; readonly resolve: () => void }[] = []
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += chunk
      for (const { text, resolve } of waiting) if (output.includes(text)) resolve()
    })
  }
  const ended = once(child, 'close').then(([code]) => code as number)
  t.teardown(() => child.kill('SIGKILL'))
  return {
    child,
    folder,
    ended,
    output: () => output,
    printed: (text: string) => new Promise<void>((resolve) => waiting.push({ text, resolve })),
  }
}

/** Processes whose command line or environment names the folder: all that the demonstration started names it. */
function processesOf(folder: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) return false
    try {
      return readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`TMPDIR=${folder}`)
    } catch {
      return false
    }
  })
}

/** Ends when no process names the folder; the watcher of a leash outlives its program by a moment, nothing else may. */
async function untilGone(folder: string): Promise<void> {
  while (processesOf(folder).length > 0) await setImmediate()
}

t.test('yard demo measures what it promises, exits with 0, and leaves nothing behind', async (t) => {
  const yard = startYard(t, 'demo', '--calls', '300')
  t.equal(await yard.ended, 0, yard.output())
  const output = yard.output()
  t.match(output, /L4: tcp_proxy.* 1 connection .* 4 connections .* 16 connections .*L7: round_robin/s)
  t.match(output, /ACKed by the Envoy +\d+ ms after the REST call/)
  t.match(output, /last of \d+ +old connections gone +\d+ ms after the ACK/)
  t.match(output, /calls meanwhile +\d+, 0 failed/)
  t.match(output, /b[123] {2}█{36} 300\n/, 'one backend has all calls of one connection at L4')
  t.match(output, /noise floor 0\.082/)
  t.same(readdirSync(yard.folder), [], 'its folder is gone')
  await untilGone(yard.folder)
})

t.test('yard demo --stay stays up, is switched by REST, and ends all with Ctrl-C', async (t) => {
  const yard = startYard(t, 'demo', '--calls', '30', '--stay')
  await yard.printed('Up until Ctrl-C')
  const admin = /REST on (\S+)/.exec(yard.output())?.[1]
  const answer = await fetch(`${admin}/v1/fleets/edge/lb?wait=30s`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: '{"mode":"l4"}',
  })
  t.equal(answer.status, 200)
  t.match(await answer.json(), { outcome: 'synced', mode: 'l4', policy: 'round_robin' })
  t.ok(processesOf(yard.folder).length >= 5, 'three backends, a control plane and an Envoy run')
  yard.child.kill('SIGINT')
  t.equal(await yard.ended, 0)
  await untilGone(yard.folder)
  t.same(readdirSync(yard.folder), [])
})

t.test('a demonstration that is cut short ends what it has started', async (t) => {
  const yard = startYard(t, 'demo', '--calls', '100000')
  await yard.printed('L4: tcp_proxy')
  yard.child.kill('SIGINT')
  t.equal(await yard.ended, 130)
  await untilGone(yard.folder)
})

t.test('bad flags are told, with exit code 2', async (t) => {
  const yard = startYard(t, 'demo', '--calls', 'many')
  t.equal(await yard.ended, 2)
  t.match(yard.output(), /--calls <number>.*is invalid.*whole number of at least 1, not "many"/)
})
