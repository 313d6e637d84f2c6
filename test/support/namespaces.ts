// What is left of network namespaces, and whether the host got anything of theirs.

import { spawnSync } from 'node:child_process'
import { readdirSync, readlinkSync } from 'node:fs'
import type { Test } from 'tap'
import { findProgram } from '../../processes/find-program.ts'
import type { ProcessGroup } from '../../processes/process-group.ts'
import { isRunning } from './proxied-echo.ts'

/** Commands of `ip` that show the network of the host. */
const IP = ['link', 'address', 'route', 'netns'].map((what) => ['ip', what] as const)

export interface Namespaces {
  readonly group: ProcessGroup
  /** The processes that hold them. */
  readonly namespaces: readonly { readonly pid: number }[]
}

/**
 * Opens namespaces of their own, ends their group, and finds nothing of them: no process, and no trace on the host at any time.
 * @param commands that show what else the host could get
 * @param use of the namespaces, between opening and ending them
 */
export async function leavesNothing(
  t: Test,
  open: () => Promise<Namespaces>,
  commands: readonly (readonly [program: string, ...args: string[]])[] = [],
  use: () => Promise<void> = async () => {},
): Promise<void> {
  const ofHost = () =>
    [...commands, ...IP]
      .map(([program, ...args]) => spawnSync(findProgram(program) ?? '', args, { encoding: 'utf8' }).stdout)
      .join('\n')
      // How long an address is valid changes by itself.
      .replaceAll(/_lft \S+/g, '')
  const before = ofHost()
  const { group, namespaces } = await open()
  t.equal(ofHost(), before)
  const inodes = namespaces.map(({ pid }) => readlinkSync(`/proc/${pid}/ns/net`))
  t.equal(new Set([...inodes, readlinkSync('/proc/self/ns/net')]).size, namespaces.length + 1)
  await use()
  await group.stop()
  t.notOk(namespaces.some(({ pid }) => isRunning(pid)))
  t.same(
    readdirSync('/proc').filter((pid) => inodes.includes(namespaceOf(pid))),
    [],
    'no process is left in them',
  )
  t.equal(ofHost(), before)
}

function namespaceOf(pid: string): string {
  try {
    return readlinkSync(`/proc/${pid}/ns/net`)
  } catch {
    return ''
  }
}
