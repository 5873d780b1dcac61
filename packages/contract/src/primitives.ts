import { z } from 'zod'

/** Names that appear in URLs of workspaces, endpoints and deployments. */
export const SlugName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'use 1 to 63 of a-z, 0-9 and -, beginning with a letter or digit')
/** Names of compute targets, data assets, models, pipelines, experiments and steps. */
export const AssetName = z
  .string()
  .regex(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/, 'use 1 to 128 of A-Z, a-z, 0-9, _, . and -, not beginning with . or -')
/** Names of published pipelines: people write them with spaces; what addresses and file names could misread is left out. */
export const PipelineName = z
  .string()
  .regex(
    /^[^\s/\\:@?#%*\p{Cc}.](?:[^/\\:@?#%*\p{Cc}]{0,126}[^\s/\\:@?#%*\p{Cc}])?$/u,
    'use 1 to 128 characters without / \\ : @ ? # % * and line ends, not beginning or ending with a space',
  )
/** Free text that people read: an MLflow experiment or model may be called almost anything. */
export const DisplayName = z.string().min(1).max(250)
export const Sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'use the 64 lower-case hexadecimal digits of a SHA-256')
/** RFC 3339 in UTC with milliseconds. */
export const Timestamp = z.string().meta({ format: 'date-time' })
export const Tags = z.record(z.string().min(1).max(250), z.string().max(5000))
/** A value of a parameter: what a YAML scalar can be. */
export const Scalar = z.union([z.string().max(6000), z.number(), z.boolean(), z.null()])

export const WorkspaceParams = z.object({ ws: z.string().max(63) })

/** Keyset paging: `pageToken` is opaque and comes from the previous page. */
export const PageQuery = z.object({
  pageSize: z.coerce.number().int().min(1).max(1000).default(100),
  pageToken: z.string().max(500).optional(),
})

/** One page of a list; no `nextPageToken` on the last one. */
export const page = <Item extends z.ZodType>(item: Item) =>
  z.object({ items: z.array(item), nextPageToken: z.string().optional() })

/** A file as a user wrote it; parsed by the server, so that every client gets the same errors with lines. */
export const SourceFile = z.object({ name: z.string().min(1).max(500), text: z.string().max(1_000_000) })
/** Digests of uploaded folder or file manifests by the path as it stands in the source file. */
export const CodeDigests = z.record(z.string().max(1000), Sha256)

export type Scalar = z.infer<typeof Scalar>
export type Tags = z.infer<typeof Tags>
