// Test files that run in one process: most of the time of a small test is the time to load packages, which a process does once.

import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'

/** Files in one process. More of them leave a core without work at the end of a run. */
const FILES_IN_A_BATCH = 16

/** What one file does to the whole process, the next file in it would see. */
const CHANGES_ITS_PROCESS = /^t\.(before|after|teardown|plan)|process\.(on|env|chdir)|globalThis/m

export interface Batch {
  /** The folder of the files, or their room, with a number if it has several batches; for a file alone its path. */
  readonly name: string
  readonly files: readonly string[]
}

/**
 * Batches of files of one folder each; those that are the only one of their folder share a batch with others of the same room.
 * A file that changes its process has a batch of its own.
 * @param sources the text of each file by its path
 */
export function batchesOf(files: readonly string[], sources: ReadonlyMap<string, string>): Batch[] {
  const alone = files.filter((file) => CHANGES_ITS_PROCESS.test(sources.get(file) ?? ''))
  const byFolder = Map.groupBy(
    files.filter((file) => !alone.includes(file)),
    dirname,
  )
  const single = [...byFolder.values()].filter(({ length }) => length === 1).flat()
  const byRoom = Map.groupBy(single, (file) => `${file.split('/')[0]} single`)
  const shared = [...[...byFolder].filter(([, { length }]) => length > 1), ...byRoom]
  return [
    ...shared.flatMap(([name, together]) => split(name, together)),
    ...alone.map((file) => ({ name: file, files: [file] })),
  ]
}

function split(folder: string, files: readonly string[]): Batch[] {
  if (files.length <= FILES_IN_A_BATCH) return [{ name: folder, files }]
  const batches = Math.ceil(files.length / FILES_IN_A_BATCH)
  return Array.from({ length: batches }, (_, index) => ({
    name: `${folder} ${index + 1}`,
    files: files.filter((_, position) => position % batches === index),
  }))
}

/**
 * Writes a program for each batch of several files, and removes what an earlier run wrote.
 * @returns what tap is to run: these programs, and the files that are alone
 */
export function writeBatches(root: string, folder: string, batches: readonly Batch[]): string[] {
  rmSync(join(root, folder), { recursive: true, force: true })
  mkdirSync(join(root, folder), { recursive: true })
  return batches.map(({ name, files: [first, ...rest] }) => {
    if (first === undefined) throw new Error(`the batch ${name} has no files`)
    if (rest.length === 0) return first
    const program = join(folder, `${name.replaceAll(/[/ ]/g, '-')}.mjs`)
    const imports = [first, ...rest].map((file) => `await import('${pathToFileURL(join(root, file))}')\n`)
    writeFileSync(join(root, program), imports.join(''))
    return program
  })
}
