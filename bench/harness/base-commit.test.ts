// Checking out another commit of a small repository, and removing it again, also when the program is interrupted.

import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { testFolder } from '../../test/support/test-folder.ts'
import { checkOutCommit } from './base-commit.ts'

/** A repository with packages and three commits: without a server, with one, and with that one at another path. */
function makeRepository(t: Test) {
  const root = testFolder(t)
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  const git = (...args: string[]) => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim()
  const commit = (subject: string) => {
    git('add', '.')
    git('-c', 'user.name=test', '-c', 'user.email=test@example.com', 'commit', '--quiet', '-m', subject)
    return git('rev-parse', 'HEAD')
  }
  git('init', '--quiet')
  write('.gitignore', 'node_modules/\n/proto/gen/\n')
  // What it generates tells the commit, and which package it saw.
  write(
    'proto/generate.js',
    `import { mkdirSync, writeFileSync } from 'node:fs'
import one from 'one'
mkdirSync(new URL('gen', import.meta.url), { recursive: true })
writeFileSync(new URL('gen/made', import.meta.url), one)`,
  )
  write('node_modules/one/package.json', '{ "name": "one", "type": "module", "exports": "./index.js" }')
  write('node_modules/one/index.js', `export default 'of the shared package'`)
  write('package.json', '{ "type": "module" }')
  const none = commit('add packages')
  write('bench/old/push-server.ts', 'of long ago')
  const old = commit('add a server')
  mkdirSync(join(root, 'bench/servers'))
  renameSync(join(root, 'bench/old/push-server.ts'), join(root, 'bench/servers/push-server.ts'))
  write('bench/servers/push-server.ts', 'of today')
  const current = commit('rename the server')
  return { root, git, none, old, current }
}

t.test('a commit from before a rename is checked out with its own server program', async (t) => {
  const { root, old, git } = makeRepository(t)
  const base = checkOutCommit(root, old)
  t.teardown(base.remove)
  t.match(base.title, /^[0-9a-f]{7,} add a server$/)
  t.match(base.server, /\/bench\/old\/push-server\.ts$/)
  t.equal(readFileSync(base.server, 'utf8'), 'of long ago')
  t.equal(readFileSync(join(root, 'bench/servers/push-server.ts'), 'utf8'), 'of today')
  t.equal(git('status', '--porcelain'), '', 'this checkout is untouched')
})

t.test('it shares the packages of this checkout, and generates its own protos', async (t) => {
  const { root } = makeRepository(t)
  const base = checkOutCommit(root, 'HEAD')
  t.teardown(base.remove)
  const folder = join(dirname(base.server), '../..')
  t.equal(
    readFileSync(join(folder, 'node_modules/@envoy/xds-protos/gen/made'), 'utf8'),
    'of the shared package',
  )
  t.notOk(existsSync(join(root, 'proto/gen')))
})

t.test('it can be removed twice, and leaves no worktree', async (t) => {
  const { root, git } = makeRepository(t)
  const base = checkOutCommit(root, 'HEAD')
  t.equal(git('worktree', 'list').split('\n').length, 2)
  base.remove()
  base.remove()
  t.notOk(existsSync(base.server))
  t.equal(git('worktree', 'list').split('\n').length, 1)
})

t.test('a commit without a server, and an unknown name, are errors that say why', async (t) => {
  const { root, none, git } = makeRepository(t)
  t.throws(() => checkOutCommit(root, none), { code: 'invalid-argument', message: /has no server that/ })
  t.throws(() => checkOutCommit(root, 'nonsense'), {
    code: 'invalid-argument',
    message: /^--against nonsense: git knows no such commit here/,
  })
  t.throws(() => checkOutCommit(root, ''), { code: 'invalid-argument' })
  t.equal(git('worktree', 'list').split('\n').length, 1)
})

t.test('a commit that cannot be prepared leaves no worktree', async (t) => {
  const { root, git } = makeRepository(t)
  writeFileSync(join(root, 'proto/generate.js'), `throw new Error('no such root')`)
  git('-c', 'user.name=test', '-c', 'user.email=test@example.com', 'commit', '--quiet', '-am', 'break it')
  t.throws(() => checkOutCommit(root, 'HEAD'), { code: 'process-failed', message: /no such root/ })
  t.equal(git('worktree', 'list').split('\n').length, 1)
})

t.test('Ctrl-C removes it', async (t) => {
  const { root, git } = makeRepository(t)
  const program = `
const { checkOutCommit } = await import(${JSON.stringify(fileURLToPath(new URL('base-commit.ts', import.meta.url)))})
const { ProcessGroup } = await import(${JSON.stringify(fileURLToPath(new URL('../../processes/process-group.ts', import.meta.url)))})
new ProcessGroup().stopOnSignals()
console.log(checkOutCommit(process.argv[1], 'HEAD').server)
setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', program, root], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.teardown(() => child.kill('SIGKILL'))
  const [server] = await once(createInterface({ input: child.stdout }), 'line')
  t.ok(existsSync(server))
  child.kill('SIGINT')
  t.strictSame(await once(child, 'exit'), [130, null])
  t.notOk(existsSync(server))
  t.equal(git('worktree', 'list').split('\n').length, 1)
})
