import { compact } from '../collection/compaction.ts'
import { exportCsv } from '../collection/csv-export.ts'
import { ingest } from '../collection/ingest.ts'
import { listFiles, newestRows } from '../collection/listing.ts'
import { querySources } from '../collection/query-sources.ts'
import { retain } from '../collection/retention.ts'
import { summary } from '../collection/summary.ts'
import { profileVersion } from '../compute/profile.ts'
import { computeWindows } from '../compute/windows.ts'
import { addLabels } from '../labels/label-adding.ts'
import { countLabels } from '../labels/label-counting.ts'

/** What the thread of the monitors can do: each takes data and answers data, since both are copied between threads. */
export const tasks = {
  ingest,
  compact,
  retain,
  exportCsv,
  listFiles,
  newestRows,
  querySources,
  summary,
  addLabels,
  countLabels,
  compute: computeWindows,
  profile: profileVersion,
}

export type Tasks = typeof tasks
