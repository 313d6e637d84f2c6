// Another commit of this repository in a temporary git worktree, ready to run its own benchmark server.

import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { SwitchyardError } from '../../core/errors.ts'

export interface BaseCommit {
  /** Short hash and subject. */
  readonly title: string
  /** The file of the commit's server program, wherever it stood then. */
  readonly server: string
  /** Removes the worktree. May be called again. */
  readonly remove: () => void
}

/** Its interface has been the same since it exists: `--n`, one line of JSON, and POST /bump. */
const SERVER_FILE = 'push-server.ts'

/**
 * Checks out a commit beside `root`, with the packages of `root` and protos of its own. The worktree is removed by
 * `remove`, and at the latest when this process exits.
 * @throws SwitchyardError `invalid-argument` if `revision` names no commit or one without a server for this benchmark,
 * `process-failed` if it cannot be checked out
 */
export function checkOutCommit(root: string, revision: string): BaseCommit {
  const hash = git(root, ['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`])
  if (hash === undefined) {
    throw new SwitchyardError(
      'invalid-argument',
      `--against ${revision}: git knows no such commit here. In a shallow clone, run: git fetch --unshallow`,
    )
  }
  const file = (git(root, ['ls-tree', '-r', '--name-only', hash]) ?? '')
    .split('\n')
    .find((path) => path.startsWith('bench/') && basename(path) === SERVER_FILE)
  if (file === undefined) {
    throw new SwitchyardError(
      'invalid-argument',
      `--against ${revision}: that commit has no bench/…/${SERVER_FILE}, so it has no server that this benchmark can start. Use a later commit.`,
    )
  }
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-base-'))
  const remove = () => {
    process.off('exit', remove)
    rmSync(folder, { recursive: true, force: true })
    git(root, ['worktree', 'prune'])
  }
  process.on('exit', remove)
  try {
    run(root, 'git', [
      '-c',
      'core.hooksPath=/dev/null',
      'worktree',
      'add',
      '--quiet',
      '--detach',
      folder,
      hash,
    ])
    sharePackages(root, folder)
  } catch (error) {
    remove()
    throw error
  }
  const title = git(root, ['log', '-1', '--format=%h %s', hash]) ?? hash
  return { title, server: join(folder, file), remove }
}

/** A folder of links: only the workspace package of the protos is the commit's own, and is generated. */
function sharePackages(root: string, folder: string): void {
  const packages = join(root, 'node_modules')
  const links = join(folder, 'node_modules')
  mkdirSync(join(links, '@envoy'), { recursive: true })
  for (const name of readdirSync(packages)) {
    if (name !== '@envoy') symlinkSync(join(packages, name), join(links, name))
  }
  symlinkSync(join(folder, 'proto'), join(links, '@envoy', 'xds-protos'))
  const generated = join(root, 'proto', 'gen')
  // The generator keeps what is there if the commit has the same protos.
  if (existsSync(generated)) cpSync(generated, join(folder, 'proto', 'gen'), { recursive: true })
  run(folder, process.execPath, [join('proto', 'generate.js')])
}

/** The output of a git command without its last newline; undefined if the command fails. */
function git(root: string, args: readonly string[]): string | undefined {
  const { status, stdout } = spawnSync('git', args, { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 26 })
  return status === 0 ? stdout.trimEnd() : undefined
}

function run(cwd: string, command: string, args: readonly string[]): void {
  const { status, stderr, error } = spawnSync(command, args, { cwd, encoding: 'utf8' })
  if (status !== 0) {
    throw new SwitchyardError(
      'process-failed',
      `"${command} ${args.join(' ')}" failed: ${error?.message ?? stderr}`,
    )
  }
}
