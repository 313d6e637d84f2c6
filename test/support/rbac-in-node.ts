// Import this first: `@grpc/grpc-js-xds` has the RBAC filter of servers behind this variable, and reads it when it is loaded.

process.env.GRPC_XDS_EXPERIMENTAL_RBAC = 'true'
