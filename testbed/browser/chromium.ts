// Chromium of the system, without a window: it opens our pages, and nothing else.

import { type Browser, chromium } from 'playwright-core'
import { findProgram, requireProgram } from '../../processes/find-program.ts'

export const INSTALL_CHROMIUM = 'sudo apt-get install -y chromium'

/** The path of the first Chromium on PATH. */
export function findChromium(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const names = ['chromium', 'chromium-browser', 'google-chrome']
  return names.map((name) => findProgram(name, env)).find((path) => path !== undefined)
}

/**
 * In a container, Chromium has no sandbox of its own.
 * @param args further flags of Chromium
 * @throws SwitchyardError `process-failed` with the command that installs it
 */
export async function launchChromium(args: readonly string[] = []): Promise<Browser> {
  return await chromium.launch({
    executablePath: findChromium() ?? requireProgram('chromium', INSTALL_CHROMIUM),
    args: ['--no-sandbox', '--disable-dev-shm-usage', ...args],
    timeout: 120_000,
  })
}
