// The package as npm would publish it: what is in it, how large it is, and what publint and attw say.

import { existsSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import t from 'tap'
import { testFolder } from '../test/support/test-folder.ts'
import { buildLibrary } from './build-library.ts'
import { packLibrary } from './pack-library.ts'
import { runTool } from './tools.ts'

const MAX_BYTES = 3 * 1024 * 1024

const folder = testFolder(t)
await buildLibrary(folder)
const packed = await packLibrary(folder)

t.test(
  'it has compiled modules with types and maps, their sources, and the protos, but no tests',
  async (t) => {
    for (const path of [
      'lib/xds-server/index.js',
      'lib/xds-server/index.d.ts',
      'lib/xds-server/index.js.map',
      'lib/xds-server/index.d.ts.map',
      'src/xds-server/index.ts',
      'protos/envoy/config/cluster/v3/cluster_pb.js',
      'protos/envoy/config/cluster/v3/cluster_pb.d.ts',
      'protos/envoy/extensions/filters/http/ext_proc/v3/ext_proc_pb.js',
      'switchyard.schema.json',
      'README.md',
      'LICENSE',
      'protos/LICENSE',
    ]) {
      t.ok(packed.paths.includes(path), path)
    }
    const foreign = packed.paths.filter((path) =>
      /\.test\.|\/switchyard\/|\.stamp|tsconfig|\.tgz$/.test(path),
    )
    t.strictSame(foreign, [])
  },
)

t.test('docs/library.md names the file', async (t) => {
  const guide = readFileSync(new URL('../docs/library.md', import.meta.url), 'utf8')
  t.ok(guide.includes(`dist/library/${basename(packed.file)}`), basename(packed.file))
})

t.test('it has at most 3 MiB', async (t) => {
  t.ok(packed.bytes <= MAX_BYTES, `${packed.bytes} bytes`)
})

t.test('the maps lead to sources in the package', async (t) => {
  const maps = packed.paths.filter((path) => path.endsWith('.map'))
  t.not(maps.length, 0)
  const lost = maps.filter((path) => {
    const { sources } = JSON.parse(readFileSync(join(folder, path), 'utf8'))
    return !sources.every((source: string) => existsSync(join(folder, dirname(path), source)))
  })
  t.strictSame(lost, [])
})

t.test('the types of messages have the comments of the protos', async (t) => {
  const types = readFileSync(join(folder, 'protos/envoy/config/cluster/v3/cluster_pb.d.ts'), 'utf8')
  t.match(types, /Supplies the name of the cluster which must be unique across all clusters/)
})

t.test('the manifest has few dependencies and no scripts', async (t) => {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  t.strictSame(Object.keys(manifest.dependencies), ['@bufbuild/protobuf', '@grpc/grpc-js'])
  t.notOk(manifest.scripts, 'nothing runs at installation')
  t.notOk(manifest.private, 'it can be published')
})

t.test('its modules import nothing but each other, the two dependencies and what is in Node', async (t) => {
  const modules = packed.paths.filter((path) => /^(lib|protos)\/.*\.(js|d\.ts)$/.test(path))
  t.not(modules.length, 0)
  const isAllowed = (name: string) =>
    /^(\.{1,2}\/|node:|@bufbuild\/protobuf(\/|$)|@grpc\/grpc-js$)/.test(name)
  const foreign = modules.flatMap((path) => {
    // The examples in comments import the library by its name.
    const text = readFileSync(join(folder, path), 'utf8').replaceAll(/\/\*[\s\S]*?\*\//g, '')
    const imported = [...text.matchAll(/^(?:import|export)[^'"]*? from ['"]([^'"]+)['"]/gm)]
    const names = imported
      .map(([, name = '']) => name)
      .filter((name) => !isAllowed(name) || name.endsWith('.ts'))
    return names.map((name) => `${path}: ${name}`)
  })
  t.strictSame(foreign, [])
})

t.test('publint has no complaint', async (t) => {
  t.match(await runTool('publint', ['--strict', packed.file], folder), /All good/)
})

t.test('attw has no complaint about the library and a module of the protos', async (t) => {
  const entrypoints = ['.', 'protos/envoy/config/cluster/v3/cluster_pb.js']
  const args = [packed.file, '--profile', 'esm-only', '--format', 'json', '--entrypoints', ...entrypoints]
  const { analysis } = JSON.parse(await runTool('attw', args, folder))
  t.strictSame(Object.keys(analysis.entrypoints).length, entrypoints.length)
  const ignored = ['node10', 'node16-cjs']
  const problems = analysis.problems.filter(
    (one: { readonly resolutionKind: string }) => !ignored.includes(one.resolutionKind),
  )
  t.strictSame(problems, [])
})
