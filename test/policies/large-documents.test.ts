// Documents that are made to take long: the answer comes soon, lists a hundred problems, and others are answered meanwhile.

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import type { ProblemDocument } from '../../api/schemas/problem.ts'
import { startProcess } from '../../processes/running-process.ts'
import { cpuSeconds } from '../support/process-cost.ts'
import { sampleWith } from '../support/sample-config.ts'
import { testFolder } from '../support/test-folder.ts'

const MAIN = fileURLToPath(new URL('../../control-plane/main.ts', import.meta.url))
/** Seconds of CPU. Each takes less than one; work by the square of the size takes ten and more. */
const MOST_CPU = 6
const MOST_BYTES = 256 * 1024

const lines = (count: number, line: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => line(index)).join('')
const document = (upstreams: string, rules = '') =>
  `version: 1\nfleets: {}\nupstreams:\n${upstreams}routes:${rules === '' ? ' {}\n' : `\n  all:\n    hosts: ["*"]\n    rules:\n${rules}`}`

const YAML: Readonly<Record<string, string>> = {
  '30,000 aliases': document(`  a: &a { endpoints: {} }\n${lines(30_000, (one) => `  u${one}: *a\n`)}`),
  '20,000 unresolved aliases': document(lines(20_000, (one) => `  u${one}: *a${one}\n`)),
  '20,000 wrong upstreams': document(lines(20_000, (one) => `  u${one}: { endpionts: {} }\n`)),
  '20,000 keys that are there twice': document(lines(20_000, () => '  a: { endpoints: {} }\n')),
  '20,000 references to unknown upstreams, of 20,000': document(
    lines(20_000, (one) => `  u${one}: { endpoints: {} }\n`),
    lines(20_000, (one) => `      r${one}: { match: { service: a.b${one} }, to: { x${one}: 1 } }\n`),
  ),
  '50,000 lines with a tab': document(`  a:\n${lines(50_000, () => '\t- x\n')}`),
}
const JSON_BODIES: Readonly<Record<string, object>> = {
  '20,000 unknown fields': Object.fromEntries(
    Array.from({ length: 20_000 }, (_, one) => [`flets${one}`, {}]),
  ),
  '95 wrong ones of 20,000 upstreams': {
    version: 1,
    routes: {},
    fleets: {},
    upstreams: Object.fromEntries(
      Array.from({ length: 20_000 }, (_, one) => [`u${one}`, one < 95 ? { wrong: {} } : { endpoints: {} }]),
    ),
  },
}

async function startRest() {
  const folder = testFolder(t)
  const config = join(folder, 'yard.yaml')
  await writeFile(config, JSON.stringify(sampleWith({})))
  const started = startProcess({
    name: 'the control plane',
    command: process.execPath,
    args: [MAIN, '--config', config, '--die-with-parent'],
    ready: (line): { readonly admin: string } | undefined =>
      line.startsWith('{"admin"') ? JSON.parse(line) : undefined,
  })
  t.teardown(() => started.stop())
  return { pid: started.pid ?? 0, url: (await started.ready).admin }
}

const { pid, url } = await startRest()

async function put(type: string, body: string) {
  const headers = { 'content-type': type, 'if-match': '*' }
  const response = await fetch(`${url}/v1/config`, { method: 'PUT', headers, body })
  return { status: response.status, text: await response.text() }
}

const BODIES = [
  ...Object.entries(YAML).map(([title, body]) => ({ title, type: 'application/yaml', body })),
  ...Object.entries(JSON_BODIES).map(([title, body]) => ({
    title,
    type: 'application/json',
    body: JSON.stringify(body),
  })),
]

for (const { title, type, body } of BODIES) {
  t.test(`S65: ${title} are rejected soon, with a hundred problems at most`, async (t) => {
    const before = cpuSeconds(pid)
    const [{ status, text }, health] = await Promise.all([put(type, body), fetch(`${url}/healthz`)])
    const spent = cpuSeconds(pid) - before
    t.ok([400, 422].includes(status), `${status}`)
    const { problems } = JSON.parse(text) as ProblemDocument
    t.ok(problems.length > 0 && problems.length <= 100, `${problems.length} problems`)
    t.ok(text.length < MOST_BYTES, `${text.length} bytes`)
    t.ok(spent < MOST_CPU, `${spent.toFixed(2)} s of CPU`)
    t.equal(health.status, 200, 'health is answered too')
  })
}

t.test('S65: a document with some aliases, and one with some problems, are read whole', async (t) => {
  const some = document(`  a: &a { endpoints: {} }\n${lines(900, (one) => `  u${one}: *a\n`)}`)
  t.equal((await put('application/yaml', some)).status, 202, 'twin')
  const wrong = await put('application/yaml', document(lines(40, (one) => `  u${one}: { endpionts: {} }\n`)))
  const { problems } = JSON.parse(wrong.text) as ProblemDocument
  t.equal(problems.filter(({ message }) => message.startsWith('unknown field')).length, 40, 'all are listed')
  const many = await put('application/yaml', document(lines(101, (one) => `  u${one}: { endpionts: {} }\n`)))
  t.match(JSON.parse(many.text).problems.at(-1), { message: /^there are more than these 99 problems/ })
})
