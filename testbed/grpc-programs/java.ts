// The example client and server in Java. Maven builds them on first use.

import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { SwitchyardError } from '../../core/errors.ts'
import { buildOnce } from './build-once.ts'
import type { GrpcProgram, GrpcRole } from './grpc-program.ts'

export const INSTALL_JAVA = 'sudo apt-get install -y default-jdk-headless maven'

/** `maven.compiler.release` of the projects. */
const OLDEST_JAVA = 17

/** For a small program that starts often: little memory, one thread for garbage, and a compiler that is quick to start. */
const JVM_FLAGS = ['-Xmx128m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1']

/** Whether Maven is installed, and runs on a Java that is new enough. */
export function hasJava(env: NodeJS.ProcessEnv = process.env): boolean {
  const { stdout } = spawnSync('mvn', ['--version'], { env, encoding: 'utf8' })
  return Number(/^Java version: (\d+)/m.exec(stdout ?? '')?.[1]) >= OLDEST_JAVA
}

/** @throws SwitchyardError `process-failed` without Java and Maven, with how to install them, or with the output of Maven */
export function findJavaProgram(role: GrpcRole): GrpcProgram {
  if (!hasJava()) {
    throw new SwitchyardError(
      'process-failed',
      `Java ${OLDEST_JAVA} with Maven is not installed, and the example ${role} in Java needs it: ${INSTALL_JAVA}`,
    )
  }
  const folder = buildOnce({
    name: `java-${role}`,
    folder: `services/${role}s/java`,
    commands: [['mvn', '--batch-mode', '--quiet', 'package']],
  })
  return { command: 'java', args: [...JVM_FLAGS, '-jar', join(folder, 'target', `${role}.jar`)] }
}
