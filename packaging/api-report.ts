// The report of the library's public face, which is in git: a change of it is a difference that a reviewer sees.

import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { COMPILER_OPTIONS, ENTRY } from './entry.ts'
import { runTool } from './tools.ts'

/** The report in git. */
export const REPORT_FILE = fileURLToPath(new URL('../xds-server/switchyard.api.md', import.meta.url))

const settings = (folder: string) => ({
  projectFolder: folder,
  mainEntryPointFilePath: `<projectFolder>/${ENTRY}`,
  apiReport: {
    enabled: true,
    reportFileName: 'switchyard.api.md',
    reportFolder: folder,
    reportTempFolder: join(folder, 'api-report'),
  },
  docModel: { enabled: false },
  dtsRollup: { enabled: false },
  tsdocMetadata: { enabled: false },
  newlineKind: 'lf',
  compiler: {
    overrideTsconfig: {
      compilerOptions: COMPILER_OPTIONS,
      files: [ENTRY],
    },
  },
  messages: {
    compilerMessageReporting: { default: { logLevel: 'error' } },
    extractorMessageReporting: {
      default: { logLevel: 'error' },
      // The library has one kind of release.
      'ae-missing-release-tag': { logLevel: 'none' },
      // Opaque types: the report names them.
      'ae-forgotten-export': { logLevel: 'none', addToApiReportFile: true },
    },
    // Comments follow TypeDoc.
    tsdocMessageReporting: { default: { logLevel: 'none' } },
  },
})

/** Makes the report of a built package. */
export async function makeApiReport(folder: string): Promise<string> {
  const config = join(folder, 'api-extractor.json')
  const report = join(folder, 'switchyard.api.md')
  await writeFile(config, JSON.stringify(settings(folder)))
  await runTool('api-extractor', ['run', '--local', '--config', config], folder)
  const text = await readFile(report, 'utf8')
  for (const file of [config, report, join(folder, 'api-report')])
    await rm(file, { recursive: true, force: true })
  return text
}
