// The command with a real Envoy. Tests that import this run serially.

import { readdirSync, readFileSync } from 'node:fs'
import type { Test } from 'tap'
import { findEnvoy } from '../../envoy-bootstrap/find-envoy.js'
import { until } from './until.ts'
import { spawnYard, untilEnded, type YardProcess } from './yard-process.ts'

/** Starts `yard` with `folder` as its folder for state and for temporary files. */
export function startYard(t: Test, folder: string, ...args: readonly string[]): YardProcess {
  return spawnYard(t, folder, findEnvoy().path, args)
}

/** Runs `yard` to its end. */
export function runYard(t: Test, folder: string, ...args: readonly string[]) {
  return untilEnded(startYard(t, folder, ...args))
}

/** Processes whose environment names the folder: all processes that were started from there. */
export function processesOf(folder: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) return false
    try {
      return readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`TMPDIR=${folder}`)
    } catch {
      return false
    }
  })
}

/** Resolves when no process names the folder. Only the shell that watches for the parent may end a moment after its program. */
export async function untilGone(folder: string): Promise<void> {
  await until(() => processesOf(folder).length === 0)
}
