// Runs a program of the project in the foreground: the control plane or one of the services alone.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { constants } from 'node:os'
import { sourceFile } from '../../testbed/part.ts'

const FORWARDED = { SIGINT: 'SIGINT', SIGTERM: 'SIGTERM', SIGHUP: 'SIGTERM' } as const

/**
 * Runs it until it ends, and resolves with its exit code. The program gets our standard input as lines of commands. It
 * ends with this process, however that one ends, because its input closes then. The end of our own input ends nothing: a
 * service manager gives its services an empty one.
 */
export async function runInForeground(path: string, args: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, [sourceFile(path), ...args], {
    stdio: ['pipe', 'inherit', 'inherit'],
    // Ctrl-C reaches this process only, which forwards it once.
    detached: true,
  })
  for (const [signal, forwarded] of Object.entries(FORWARDED)) process.on(signal, () => child.kill(forwarded))
  // A program that has ended takes no more commands.
  child.stdin.on('error', () => {})
  process.stdin.pipe(child.stdin, { end: false })
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null]
  return code ?? 128 + constants.signals[signal ?? 'SIGKILL']
}

/** Flags as commander has parsed them. */
export type ParsedFlags = Readonly<Record<string, string | true | readonly string[]>>

/** The same as arguments again. */
export function toArguments(flags: ParsedFlags): readonly string[] {
  return Object.entries(flags).flatMap(([name, value]) => {
    const flag = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
    return value === true ? [flag] : [value].flat().flatMap((one) => [flag, one])
  })
}
