// What the runner of the conformance suite prints: the cases that failed, each with its reasons, and the counts.

export interface FailedCase {
  /** Such as `Basic/HTTPVersion:2/Protocol:PROTOCOL_GRPC/…/unary/success`. */
  readonly name: string
  /** Each line says one thing that is wrong. */
  readonly reasons: readonly string[]
}

export interface SuiteResult {
  readonly cases: number
  readonly failed: readonly FailedCase[]
}

/** @returns undefined before the last line, which has the counts */
export function readOutput(lines: readonly string[]): SuiteResult | undefined {
  const total = lines.flatMap((line) => /^Total cases: (\d+)$/.exec(line)?.[1] ?? []).at(-1)
  if (total === undefined || !lines.some((line) => /^\d+ passed, \d+ failed$/.test(line))) return undefined
  const failed: { name: string; reasons: string[] }[] = []
  let isInside = false
  for (const line of lines) {
    const [, name] = /^FAILED: (.*):$/.exec(line) ?? []
    if (name !== undefined) failed.push({ name, reasons: [] })
    isInside = name !== undefined || (isInside && line.startsWith('\t'))
    // A second reason begins with "; ", and a case may end with an empty one.
    const reason = line.replace(/^\t(; )?/, '').trim()
    if (isInside && name === undefined && reason !== '') failed.at(-1)?.reasons.push(reason)
  }
  return { cases: Number(total), failed }
}
