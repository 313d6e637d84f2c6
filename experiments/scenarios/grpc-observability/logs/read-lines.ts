// The lines of all logs, parsed and checked.

import { readFile } from 'node:fs/promises'
import { Check } from 'typebox/value'
import { SwitchyardError } from '../../../../core/errors.ts'
import { type LogLine, LogLineSchema } from '../../../../core/log-line.ts'

/** A line of the access log, as far as the chapter looks at it; null where Envoy knows nothing. */
export interface ProxyLine {
  readonly path: string
  readonly grpcStatus: string | null
  readonly durationMs: number
  readonly flags: string | null
  readonly details: string | null
  readonly attempts: number
  readonly upstream: string | null
  readonly requestId: string | null
  readonly traceId: string | null
  readonly authority: string | null
  readonly userAgent: string | null
}

export interface AllLines {
  readonly client: readonly LogLine[]
  readonly proxy: readonly ProxyLine[]
  readonly server: readonly LogLine[]
}

/**
 * @param sources the lines of the client, and the files of the others
 * @throws SwitchyardError `process-failed` for a line that breaks the schema
 */
export async function readLines(sources: {
  readonly client: string
  readonly proxy: string
  readonly server: readonly string[]
}): Promise<{ readonly lines: AllLines; readonly text: string }> {
  const [proxy = '', ...servers] = await Promise.all([sources.proxy, ...sources.server].map(textOf))
  const texts = [sources.client, proxy, ...servers]
  return {
    lines: {
      client: objectsIn(sources.client).map(checked),
      proxy: objectsIn(proxy) as readonly ProxyLine[],
      server: servers.flatMap((text) => objectsIn(text).map(checked)),
    },
    text: texts.join(''),
  }
}

/** A file that is missing has no lines yet. */
const textOf = (file: string) => readFile(file, 'utf8').catch(() => '')

/** The last line may still be written. */
function objectsIn(text: string): readonly unknown[] {
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line))
}

function checked(line: unknown): LogLine {
  if (Check(LogLineSchema, line)) return line
  throw new SwitchyardError('process-failed', `a line of a log breaks its schema: ${JSON.stringify(line)}`)
}
