export {
  defaultWorkspace,
  discoverConnection,
  readServerFile,
  type Connection,
  type DiscoveryInput,
  type ServerFile,
} from './discovery.ts'
export { createIgnore, type Ignore } from './ignore-patterns.ts'
export { LocalFilesError, readTree, treeDigestOf, type LocalFile } from './local-tree.ts'
export { uploadTree, type UploadProgress } from './upload.ts'
