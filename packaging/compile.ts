// Runs the compiler of the checkout, as users have it.

import { fileURLToPath } from 'node:url'
import { run } from './run.ts'

const TSC = fileURLToPath(new URL('../node_modules/typescript/bin/tsc', import.meta.url))

/**
 * Compiles a project.
 * @param project its folder, or its `tsconfig.json`
 * @throws SwitchyardError `process-failed` with the compiler's messages
 */
export async function compile(project: string, cwd: string): Promise<void> {
  await run(process.execPath, [TSC, '--project', project, '--pretty', 'false'], { cwd })
}
