// Reads unit files of systemd and Dockerfiles, as far as ours use them.

/** Logical lines: without comments, and continued lines as one. */
function linesOf(text: string): readonly string[] {
  return text
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll(/\s*\\\n\s*/g, ' ')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
}

/** Values of all sections by key, in their order. */
export function readUnit(text: string): ReadonlyMap<string, readonly string[]> {
  const values = new Map<string, string[]>()
  for (const line of linesOf(text)) {
    const [, key, value] = /^(\w+)=(.*)$/.exec(line) ?? []
    if (key !== undefined && value !== undefined) values.set(key, [...(values.get(key) ?? []), value])
  }
  return values
}

/** The words of a command line for an instance. Ours have neither quotes nor other specifiers. */
export function commandOf(
  unit: ReturnType<typeof readUnit>,
  key: 'ExecStart' | 'ExecStartPost' = 'ExecStart',
  instance = '',
): readonly string[] {
  const line = unit.get(key)?.[0]
  return line === undefined ? [] : line.replaceAll('%i', instance).split(' ')
}

/** Arguments by instruction, in their order; those in JSON are lists of words. */
export function readDockerfile(text: string): ReadonlyMap<string, readonly (string | readonly string[])[]> {
  const values = new Map<string, (string | readonly string[])[]>()
  for (const line of linesOf(text)) {
    const [, instruction = '', argument = ''] = /^(\w+)\s+(.*)$/.exec(line) ?? []
    const value = argument.startsWith('[') ? (JSON.parse(argument) as readonly string[]) : argument
    values.set(instruction, [...(values.get(instruction) ?? []), value])
  }
  return values
}
