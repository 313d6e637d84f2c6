// Programs of other projects in Go: on PATH, or built once into `.tools/`.

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { SwitchyardError } from '../../core/errors.ts'
import { findProgram } from '../../processes/find-program.ts'
import { sourceFile } from '../part.ts'
import { runLocked } from './build-once.ts'
import { fillOnce } from './fill-once.ts'
import { hasGo, INSTALL_GO } from './go.ts'

export interface GoTool {
  /** Of the program. */
  readonly name: string
  readonly version: string
  /** The path of its package, such as `github.com/bojand/ghz/cmd/ghz`. */
  readonly package: string
}

/** The command that installs it. */
export function installCommandOf(tool: GoTool): string {
  return `go install ${tool.package}@v${tool.version}; Go: ${INSTALL_GO}`
}

/** Whether it is built, on PATH, or can be built. */
export function hasGoTool(tool: GoTool, env: NodeJS.ProcessEnv = process.env): boolean {
  return existsSync(folderOf(tool)) || findProgram(tool.name, env) !== undefined || hasGo(env)
}

/**
 * Builds it the first time, which takes up to some minutes. It prefers our build to a program on PATH, whose version is unknown.
 * @returns the path of the program
 * @throws SwitchyardError `process-failed` with how to install Go, or with the compiler's output
 */
export function findGoTool(tool: GoTool, env: NodeJS.ProcessEnv = process.env): string {
  const folder = folderOf(tool)
  if (!existsSync(folder) && !hasGo(env)) {
    const onPath = findProgram(tool.name, env)
    if (onPath !== undefined) return onPath
    throw new SwitchyardError('process-failed', `${tool.name} is not installed: ${installCommandOf(tool)}`)
  }
  const build = (fresh: string) =>
    runLocked('go', ['env', `GOBIN=${fresh}`, 'go', 'install', `${tool.package}@v${tool.version}`], fresh)
  return join(fillOnce(folder, build), tool.name)
}

function folderOf({ name, version }: GoTool): string {
  return sourceFile(`.tools/${name}-${version}`)
}
