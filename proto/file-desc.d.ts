// The types are those of protobuf-es.

export * from '@bufbuild/protobuf/codegenv2'
