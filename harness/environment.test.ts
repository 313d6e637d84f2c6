// The environment of results: this machine, the versions of programs, and what has changed since.

import t from 'tap'
import { describeEnvironment, describeResumption, versionOf } from './environment.ts'

t.test('the environment has the machine, its load before, the commit and all versions', async (t) => {
  const environment = describeEnvironment({ git: ['git', '--version'], nothing: ['/no/such/program'] })
  t.match(environment, {
    CPU: /\S/,
    cores: /^\d+$/,
    memory: /^\d+ GiB$/,
    kernel: /\d+\.\d+/,
    'CPU governor': /\S/,
    virtualization: /\S/,
    'load before': /^\d+\.\d\d, \d+\.\d\d, \d+\.\d\d /,
    commit: /^[0-9a-f]{12}( with uncommitted changes)?$|^unknown$/,
    Node: process.versions.node,
    'grpc-js': /^1\./,
    Envoy: /^\d+\.\d+|^not installed$/,
    git: /^\d+\.\d+|^not installed$/,
    nothing: 'not installed',
  })
})

t.test('a version is the first one that a program prints, or its first line', async (t) => {
  const print = (text: string) =>
    versionOf([process.execPath, '-e', `console.error(${JSON.stringify(text)})`])
  t.equal(print('nginx version: nginx/1.22.1'), '1.22.1')
  t.equal(print('go version go1.26.0 linux/amd64'), '1.26.0')
  t.equal(print('dev\nbuilt from source'), 'dev')
})

t.test('a resumption names its load and what has changed, with its time', async (t) => {
  const earlier = { CPU: 'a', 'load before': '0', Node: '24.1.0' }
  t.strictSame(describeResumption(earlier, { ...earlier, Node: '24.2.0' }, 'NOW'), {
    'load before, resumed NOW': '0',
    'Node, resumed NOW': '24.2.0',
  })
})
