// Generates the workspace @envoy/xds-protos: gathers Envoy's protos from packages, adds what is newer and ours, and runs buf.
// Plain JavaScript, because npm's `prepare` runs it on the installed Node, whatever its version.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { addNewerFields } from './newer-fields.js'
import { redirectFileDesc } from './redirect-file-desc.js'

const here = dirname(fileURLToPath(import.meta.url))
const require = createRequire(import.meta.url)
const generatedDir = join(here, 'gen')
const stampFile = join(generatedDir, '.stamp')
const CONNECTION_MANAGER =
  'envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager.proto'
const PROTOCOL = 'envoy/config/core/v3/protocol.proto'
const TCP_PROXY = 'envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy.proto'
const ROUTE = 'envoy/config/route/v3/route_components.proto'
const RATE_LIMIT = 'envoy/extensions/filters/http/ratelimit/v3/rate_limit.proto'
const DESCRIPTOR = 'envoy/extensions/common/ratelimit/v3/ratelimit.proto'
const importPattern = /^import\s+(?:public\s+|weak\s+)?"([^"]+)"/gm

/** Every .proto below a folder, or the file itself. */
function protosBelow(path) {
  if (statSync(path).isFile()) return [path]
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.proto'))
    .map((name) => join(path, name))
    .sort()
}

function packageFolder(name) {
  return dirname(require.resolve(`${name}/package.json`))
}

/**
 * The files of a root, by import path: the file itself, or those of a folder that have the version and that import nothing
 * unavailable. Protos of other versions, such as `envoy/annotations`, are found because others import them.
 */
function filesOfRoot(root, folders, { version, unavailable }) {
  const folder = folders.find((candidate) => existsSync(join(candidate, root)))
  if (!folder) throw new Error(`proto/sources.json: no package contains the root "${root}"`)
  const files = protosBelow(join(folder, root)).map((file) => relative(folder, file).replaceAll('\\', '/'))
  if (files[0] === root) return files
  return files.filter((file) => file.split('/').includes(version) && !unavailable.includes(file))
}

/** The files that the roots need: a Map from import path to text. */
function importClosure(sources, folders) {
  const found = new Map()
  const pending = sources.roots.flatMap((root) => filesOfRoot(root, folders, sources))
  while (pending.length > 0) {
    const path = pending.pop()
    if (found.has(path) || path.startsWith('google/protobuf/')) continue
    const folder = folders.find((candidate) => existsSync(join(candidate, path)))
    if (!folder) throw new Error(`no package in proto/sources.json contains ${path}, which is imported`)
    const text = readFileSync(join(folder, path), 'utf8')
    found.set(path, text)
    for (const [, imported] of text.matchAll(importPattern)) pending.push(imported)
  }
  return found
}

/**
 * The package's validate.proto is older than the protos that use it: they also name `ignore_empty`.
 * Its rules are annotations that no generated module reads, so declaring the missing option is enough.
 */
function withIgnoreEmpty(text) {
  return text.replace(/^message (\w+Rules) \{$/gm, (line, name) => {
    const body = text.slice(text.indexOf(line))
    const declared = body.slice(0, body.indexOf('\n}')).includes('ignore_empty')
    return declared || name === 'FieldRules' ? line : `${line}\n  optional bool ignore_empty = 1000;`
  })
}

/** The names of spans, which the package's protos do not have yet. Where they have them, nothing changes. */
function withSpanNames(text) {
  if (text.includes('upstream_operation')) return text
  const last = 'google.protobuf.BoolValue spawn_upstream_span = 10;'
  if (!text.includes(last)) throw new Error(`the protos of the HTTP connection manager lack "${last}"`)
  return text.replace(last, `${last}\n\n    string operation = 11;\n\n    string upstream_operation = 12;`)
}

/** The limit of response headers, which the package's protos do not have yet. Where they have it, nothing changes. */
function withResponseHeadersLimit(text) {
  if (text.includes('max_response_headers_kb')) return text
  const last = 'google.protobuf.UInt32Value max_requests_per_connection = 6;'
  if (!text.includes(last)) throw new Error(`the protos of HTTP options lack "${last}"`)
  return text.replace(last, `${last}\n\n  google.protobuf.UInt32Value max_response_headers_kb = 7;`)
}

/** Random times on top of the age of connections, which the package's protos do not have yet. Where they have them, nothing changes. */
function withJitterOfAges(text) {
  if (text.includes('max_connection_duration_jitter')) return text
  const last = 'google.protobuf.UInt32Value max_requests_per_connection = 6;'
  if (!text.includes(last)) throw new Error(`the protos of HTTP options lack "${last}"`)
  return text.replace(last, `${last}\n\n  type.v3.Percent max_connection_duration_jitter = 8;`)
}

/** The same for connections in mode l4. */
function withJitterOfTcpAges(text) {
  if (text.includes('max_downstream_connection_duration_jitter_percentage')) return text
  const last = 'TcpAccessLogOptions access_log_options = 17;'
  if (!text.includes(last)) throw new Error(`the protos of the TCP proxy lack "${last}"`)
  const imported = text.replace(/^import /m, 'import "envoy/type/v3/percent.proto";\n\nimport ')
  return imported.replace(
    last,
    `${last}\n\n  type.v3.Percent max_downstream_connection_duration_jitter_percentage = 20;`,
  )
}

/** Splits by the hash of a route, which the package's protos do not have yet. Where they have them, nothing changes. */
function withHashedSplits(text) {
  if (text.includes('use_hash_policy')) return text
  const begin = 'oneof random_value_specifier {'
  if (text.split(begin).length !== 2) throw new Error(`the protos of routes lack one "${begin}"`)
  return text.replace(begin, `${begin}\n    google.protobuf.BoolValue use_hash_policy = 5;\n`)
}

/** The shares of calls that are counted and limited, which the package's protos do not have yet. Where they have them, nothing changes. */
function withLimitedShares(text) {
  if (text.includes('filter_enforced')) return text
  const last = 'string stat_prefix = 13;'
  if (!text.includes(last)) throw new Error(`the protos of the rate limit filter lack "${last}"`)
  const added = ['filter_enabled = 14', 'filter_enforced = 15']
  return text.replace(
    last,
    [last, ...added.map((one) => `config.core.v3.RuntimeFractionalPercent ${one};`)].join('\n\n  '),
  )
}

/** How many hits a descriptor is, which the package's protos do not have yet. Where they have it, nothing changes. */
function withHitsOfDescriptors(text) {
  if (text.includes('hits_addend')) return text
  const last = 'RateLimitOverride limit = 2;'
  if (!text.includes(last)) throw new Error(`the protos of rate limits lack "${last}"`)
  const imported = text.replace(/^import /m, 'import "google/protobuf/wrappers.proto";\n\nimport ')
  return imported.replace(last, `${last}\n\n  google.protobuf.UInt64Value hits_addend = 3;`)
}

function run(command, args, cwd) {
  const path = [join(here, '..', 'node_modules', '.bin'), process.env.PATH].join(delimiter)
  const result = spawnSync(command, args, { cwd, stdio: 'inherit', env: { ...process.env, PATH: path } })
  if (result.error) throw result.error
  if (result.status !== 0) throw new Error(`${command} ${args.join(' ')} exited with ${result.status}`)
}

function fingerprint(files) {
  const hash = createHash('sha256')
  for (const name of ['generate.js', 'file-desc.js', 'redirect-file-desc.js', 'buf.gen.yaml', 'sources.json'])
    hash.update(readFileSync(join(here, name)))
  for (const name of ['@bufbuild/buf', '@bufbuild/protoc-gen-es']) {
    hash.update(readFileSync(join(packageFolder(name), 'package.json')))
  }
  for (const [path, text] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) hash.update(path).update(text)
  return hash.digest('hex')
}

const sources = JSON.parse(readFileSync(join(here, 'sources.json'), 'utf8'))
const folders = Object.entries(sources.packages).flatMap(([name, below]) =>
  below.map((folder) => join(packageFolder(name), folder)),
)
const files = importClosure(sources, folders)
for (const file of protosBelow(join(here, 'switchyard')))
  files.set(relative(here, file), readFileSync(file, 'utf8'))
for (const file of protosBelow(join(here, 'newer'))) {
  const path = relative(join(here, 'newer'), file)
  if (!files.has(path)) files.set(path, readFileSync(file, 'utf8'))
}
files.set('validate/validate.proto', withIgnoreEmpty(files.get('validate/validate.proto')))
files.set(CONNECTION_MANAGER, withSpanNames(files.get(CONNECTION_MANAGER)))
files.set(ROUTE, withHashedSplits(files.get(ROUTE)))
files.set(RATE_LIMIT, withLimitedShares(files.get(RATE_LIMIT)))
files.set(DESCRIPTOR, withHitsOfDescriptors(files.get(DESCRIPTOR)))
files.set(PROTOCOL, withJitterOfAges(withResponseHeadersLimit(files.get(PROTOCOL))))
files.set(TCP_PROXY, withJitterOfTcpAges(files.get(TCP_PROXY)))

addNewerFields(files)

const stamp = fingerprint(files)
if (!existsSync(stampFile) || readFileSync(stampFile, 'utf8') !== stamp) {
  rmSync(generatedDir, { recursive: true, force: true })
  // The folder is outside the workspace, because buf treats folders below proto/buf.yaml as a part of our module.
  const gathered = mkdtempSync(join(tmpdir(), 'switchyard-protos-'))
  try {
    for (const [path, text] of files) {
      mkdirSync(dirname(join(gathered, path)), { recursive: true })
      writeFileSync(join(gathered, path), text)
    }
    run('buf', ['generate', '.', '--template', join(here, 'buf.gen.yaml'), '--output', here], gathered)
    redirectFileDesc(generatedDir)
  } finally {
    rmSync(gathered, { recursive: true, force: true })
  }
  writeFileSync(stampFile, stamp)
  console.log(`generated @envoy/xds-protos from ${files.size} protos`)
}
