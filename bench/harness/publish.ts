// Where a report goes: to standard output, and into a file of the documentation where one is named.

import { writeFile } from 'node:fs/promises'
import { describeEnvironment } from './environment.ts'

/** @param command by which the report is made again */
export async function publish(
  title: string,
  command: string,
  body: string,
  { full, out }: { readonly full: boolean; readonly out?: string | undefined },
): Promise<void> {
  const how = full ? `${command} -- --full` : command
  const environment = describeEnvironment().map((fact) => `- ${fact}`)
  const text = [`# ${title}`, `Made by \`${how}\`.`, environment.join('\n'), body].join('\n\n')
  if (out !== undefined) await writeFile(out, `${text}\n`)
  process.stdout.write(`${text}\n`)
}
