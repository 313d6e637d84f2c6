// Chromium of the system, without a window: it opens our pages, and nothing else.

import { tmpdir } from 'node:os'
import type { Browser } from 'playwright-core'
import { findProgram, requireProgram } from '../../processes/find-program.ts'

export const INSTALL_CHROMIUM = 'sudo apt-get install -y chromium'

/** The path of the first Chromium on PATH. */
export function findChromium(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const names = ['chromium', 'chromium-browser', 'google-chrome']
  return names.map((name) => findProgram(name, env)).find((path) => path !== undefined)
}

/** Chromium puts a Unix socket `org.chromium.Chromium.XXXXXX/SingletonSocket` there; the paths of sockets have at most 107 bytes. */
const LONGEST_TMPDIR = 60

/**
 * In a container, Chromium has no sandbox of its own.
 * @param args further flags of Chromium
 * @throws SwitchyardError `process-failed` with the command that installs it
 */
export async function launchChromium(args: readonly string[] = []): Promise<Browser> {
  // Loaded for the first browser only: it takes a fifth of a second, and most programs that import this file open none.
  const { chromium } = await import('playwright-core')
  return await chromium.launch({
    executablePath: findChromium() ?? requireProgram('chromium', INSTALL_CHROMIUM),
    args: ['--no-sandbox', '--disable-dev-shm-usage', ...args],
    ...(tmpdir().length > LONGEST_TMPDIR && { env: { ...process.env, TMPDIR: '/tmp' } }),
    timeout: 120_000,
  })
}
