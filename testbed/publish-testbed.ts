// Keeps the file through which other verbs find a testbed up to date.

import { describeTestbed, type TestbedDescription, writeStateFile } from './state-file.ts'
import type { Testbed } from './testbed.ts'

/** An Envoy may warn a thousand times a second. */
const NOTICES_AFTER_MS = 200
/** On a full disk. */
const RETRY_AFTER_MS = 1_000

/**
 * Writes the file, and writes it again whenever a part of the testbed changes or an Envoy warns.
 * @param report called with a line when the file cannot be written, once until it can be
 */
export async function publishTestbed(
  folder: string,
  testbed: Testbed,
  report: (line: string) => void,
): Promise<TestbedDescription> {
  let writing: Promise<void> | undefined
  let isStale = false
  let isFailing = false
  const planned = new Set<number>()

  const writeNewest = async () => {
    while (isStale) {
      isStale = false
      try {
        await writeStateFile(folder, describeTestbed(testbed))
        isFailing = false
      } catch (error) {
        if (!isFailing) {
          report(
            `the state in ${folder} cannot be written, so "yard status" is out of date: ${(error as Error).message}`,
          )
        }
        isFailing = true
        updateAfter(RETRY_AFTER_MS)
      }
    }
    writing = undefined
  }
  // Changes during a write are written together after it.
  const update = () => {
    isStale = true
    writing ??= writeNewest()
    return writing
  }
  const updateAfter = (milliseconds: number) => {
    if (planned.has(milliseconds)) return
    planned.add(milliseconds)
    const timer = setTimeout(() => {
      planned.delete(milliseconds)
      // The testbed is ending, and removes the file.
      if (!testbed.ending.aborted) void update()
    }, milliseconds)
    timer.unref()
  }
  testbed.parts.onChange(() => void update())
  testbed.notices.onChange(() => updateAfter(NOTICES_AFTER_MS))
  await update()
  return describeTestbed(testbed)
}
