// Prints a report, and writes it to a file if one is named.

import { writeFile } from 'node:fs/promises'
import { describeEnvironment } from './environment.ts'

/** @param command the command that creates the report again */
export async function publish(
  title: string,
  command: string,
  body: string,
  { full, out }: { readonly full: boolean; readonly out?: string | undefined },
): Promise<void> {
  const text = pageOf(title, full ? `${command} -- --full` : command, body)
  if (out !== undefined) await writeFile(out, `${text}\n`)
  process.stdout.write(`${text}\n`)
}

/** A report with what created it, on which machine, and when. */
export function pageOf(title: string, command: string, body: string): string {
  const environment = describeEnvironment().map((fact) => `- ${fact}`)
  return [`# ${title}`, `Created by \`${command}\`.`, environment.join('\n'), body].join('\n\n')
}
