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
  const how = full ? `${command} -- --full` : command
  const environment = describeEnvironment().map((fact) => `- ${fact}`)
  const text = [`# ${title}`, `Created by \`${how}\`.`, environment.join('\n'), body].join('\n\n')
  if (out !== undefined) await writeFile(out, `${text}\n`)
  process.stdout.write(`${text}\n`)
}
