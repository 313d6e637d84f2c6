// The files that switches of the document name, such as scripts and descriptors: read from the user's own folder.

import { resolve } from 'node:path'
import type { Config } from '../../control-plane/document/model.ts'
import { throwProblems } from '../../control-plane/document/problem.ts'
import { contentsOf, FileStore, filesNamedBy } from '../../control-plane/sources/files/file-store.ts'
import { type FileContents, NO_FILES } from '../../control-plane/switches/setting-file.ts'
import type { Suite } from '../suite/read-suite.ts'

/** Where the control plane has them by default. */
const DEFAULT_FOLDER = 'files'

/** @throws SwitchyardError `invalid-config` with each file that is missing or invalid */
export async function readFilesFor({ settings, folder }: Suite, document: Config): Promise<FileContents> {
  if (filesNamedBy(document).length === 0) return NO_FILES
  const store = new FileStore({ folder: resolve(folder, settings.files ?? DEFAULT_FOLDER) })
  try {
    const read = await store.read(document)
    if (read.problems.length > 0) throwProblems(read.problems, 'files of the document cannot be used')
    return contentsOf(read)
  } finally {
    store.close()
  }
}
