// What the generated modules call to make the descriptor of a file. protobuf-es adds all that a file imports to a registry of its own,
// once for each path of imports: hundreds of thousands of times for Envoy's API, which is most of the library's start and of its
// garbage. A file can only refer to the files that it imports, and to what these import publicly, so it gets no more than those.

import { fileDesc as createFile } from '@bufbuild/protobuf/codegenv2'

export * from '@bufbuild/protobuf/codegenv2'

/** By the file: the same types, and as dependencies only the public ones. */
const views = new WeakMap()

function viewOf(file) {
  let view = views.get(file)
  if (view === undefined) {
    const dependencies = file.proto.publicDependency.map((at) => viewOf(file.dependencies[at]))
    view = { ...file, dependencies }
    views.set(file, view)
  }
  return view
}

/** Takes and returns what the function of protobuf-es does. */
export function fileDesc(base64, imports = []) {
  const file = createFile(base64, imports.map(viewOf))
  file.dependencies = imports
  return file
}
