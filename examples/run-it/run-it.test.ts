// The files of examples/run-it, as far as they can be checked without starting anything: test/envoy/run-it.test.ts starts them.

import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { requireTool } from '../../test/support/requirements.ts'
import { commandOf, readDockerfile, readUnit } from '../../test/support/service-files.ts'
import { testFolder } from '../../test/support/test-folder.ts'

const read = (name: string) => readFileSync(join(import.meta.dirname, name), 'utf8')
const UNITS = ['switchyard.service', 'envoy@.service']

/** The highest exposure of `systemd-analyze security`, in tenths; a service without any setting has 96. */
const EXPOSURE = 20

for (const name of UNITS) {
  t.test(`${name} has a user of its own, which can write nothing else`, async (t) => {
    const unit = readUnit(read(name))
    t.match(unit.get('User'), [/^(?!root)\w+$/])
    t.same(unit.get('NoNewPrivileges'), ['yes'])
    t.same(unit.get('ProtectSystem'), ['strict'])
  })

  t.test(`systemd accepts ${name}, and finds little exposed`, async (t) => {
    if (!requireTool(t, 'systemd-analyze')) return
    const unit = readUnit(read(name))
    // A template is verified as one of its instances, and the programs must exist.
    const file = join(testFolder(t), name.replace('@', '@edge-1'))
    const [program = ''] = commandOf(unit)
    writeFileSync(file, read(name).replace(program, process.execPath))
    const analyze = (...args: readonly string[]) =>
      spawnSync('systemd-analyze', [...args, file], { encoding: 'utf8' })
    const { status, stderr } = analyze('verify')
    t.same({ status, stderr }, { status: 0, stderr: '' })
    const security = analyze('security', '--offline=true', `--threshold=${EXPOSURE}`)
    t.equal(security.status, 0, `exposure: ${security.stdout.trim().split('\n').at(-1)}`)
    writeFileSync(file, read(name).replace('ProtectSystem=', 'ProtectSytem='))
    t.match(analyze('verify').stderr, /ProtectSytem/, 'the twin is found')
  })
}

t.test('the state of the control plane is in a folder that systemd makes', async (t) => {
  const unit = readUnit(read('switchyard.service'))
  t.same(unit.get('StateDirectory'), ['switchyard'])
  t.ok(commandOf(unit).join(' ').includes('--state /var/lib/switchyard '))
})

t.test('the container starts what the service starts', async (t) => {
  const dockerfile = readDockerfile(read('Dockerfile'))
  const [, ...launched] = commandOf(readUnit(read('switchyard.service')))
  t.same(dockerfile.get('WORKDIR'), ['/opt/switchyard'])
  t.same(dockerfile.get('ENTRYPOINT'), [['node', 'cli/launch.js']])
  t.same(dockerfile.get('CMD'), [launched.slice(1)])
  t.same(launched[0], '/opt/switchyard/cli/launch.js')
})

t.test('the image has a plain name, and its user is a number that is not 0', async (t) => {
  const dockerfile = readDockerfile(read('Dockerfile'))
  t.match(dockerfile.get('FROM'), [/^node:\d+-slim$/])
  t.match(dockerfile.get('USER'), [/^[1-9]\d*:[1-9]\d*$/])
  t.match(dockerfile.get('COPY'), ['. .'])
})

t.test('the image gets no file that git ignores', async (t) => {
  const namesIn = (text: string) => text.split('\n').map((line) => line.replaceAll(/^\/|\/$/g, ''))
  const ignored = namesIn(readFileSync(new URL('../../.gitignore', import.meta.url), 'utf8'))
  const left = namesIn(read('Dockerfile.dockerignore'))
  const missing = ignored.filter((name) => name !== '' && !left.includes(name))
  t.same(missing, [])
})
