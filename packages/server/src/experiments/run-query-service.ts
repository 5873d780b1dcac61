import { ModelyardError, type Run } from '@modelyard/contract'
import type { Database, Platform, Transaction } from '../platform/index.ts'
import { defaultExperimentId } from './experiment.ts'
import type { ExperimentService } from './experiment-service.ts'
import { experimentFields, searchExperiments } from './experiment-search-store.ts'
import { findExperimentByName, listExperimentNames, listExperimentTags } from './experiment-store.ts'
import { loadLatestMetrics } from './metric-store.ts'
import { runFields, searchRunRows, type RunSearch } from './run-search-store.ts'
import { listChildren, loadRunDetails } from './run-store.ts'
import { requireRun, type RunRecord } from './run.ts'
import { viewRun } from './run-view.ts'
import { bindFilter, bindOrder } from './search-fields.ts'
import { parseFilter, parseOrder } from './search-grammar.ts'

/** Model versions that were registered from a run; the models room knows them. */
export type ModelsOfRun = (workspace: string, runId: string) => Promise<{ name: string; version: string }[]>

export type RunQueries = ReturnType<typeof createRunQueries>

/** Reading runs: search, whole documents. */
export function createRunQueries(platform: Pick<Platform, 'store' | 'serverUrl'>, experiments: ExperimentService) {
  const { store } = platform
  let modelsOfRun: ModelsOfRun | undefined

  /** A page of runs by a filter and an order in MLflow's grammar. */
  async function search(
    query: Omit<RunSearch, 'conditions' | 'order'> & { filter?: string | undefined; order?: readonly string[] },
  ): Promise<{ runs: RunRecord[]; nextPageToken?: string }> {
    const { filter, order, ...rest } = query
    const conditions = bindFilter(parseFilter(filter ?? ''), runFields)
    const keys = bindOrder(parseOrder(order ?? []), runFields)
    if (rest.experimentIds?.length === 0 || rest.ids?.length === 0) return { runs: [] }
    return await searchRunRows(store.read, { ...rest, conditions, order: keys })
  }

  async function viewAll(db: Database | Transaction, runs: readonly RunRecord[]): Promise<Run[]> {
    const ids = runs.map((run) => run.id)
    const details = await loadRunDetails(db, ids)
    const metrics = await loadLatestMetrics(db, ids)
    const names = await listExperimentNames(db, [...new Set(runs.map((run) => run.experimentId))])
    return runs.map((run) =>
      viewRun(run, {
        experiment: names.get(run.experimentId) ?? '',
        details: details.get(run.id),
        metrics: metrics.get(run.id),
        serverUrl: platform.serverUrl(),
      }),
    )
  }

  async function view(db: Database | Transaction, run: RunRecord): Promise<Run> {
    const [viewed] = await viewAll(db, [run])
    return {
      ...requireRun(viewed, run.id),
      children: await listChildren(db, run.id),
      models: (await modelsOfRun?.(run.workspace, run.id)) ?? [],
    }
  }

  /** A page of experiments by a filter and an order in MLflow's grammar. */
  async function searchExperimentPage(query: {
    workspace: string
    lifecycle: 'active' | 'deleted' | undefined
    filter: string
    order: readonly string[]
    limit: number
    pageToken: string | undefined
  }) {
    const { filter, order, ...rest } = query
    const conditions = bindFilter(parseFilter(filter), experimentFields)
    const keys = bindOrder(parseOrder(order), experimentFields)
    return await searchExperiments(store.read, { ...rest, conditions, order: keys })
  }

  /** The experiment that a query names, by name or id. */
  async function findExperiment(workspace: string, nameOrId: string) {
    return (
      (await findExperimentByName(store.read, workspace, nameOrId)) ??
      (nameOrId === defaultExperimentId || /^\d{1,18}$/.test(nameOrId)
        ? await experiments.findById(store.read, workspace, nameOrId)
        : undefined)
    )
  }

  async function requireExperimentIds(workspace: string, nameOrId: string | undefined): Promise<string[] | undefined> {
    if (nameOrId === undefined) return undefined
    const found = await findExperiment(workspace, nameOrId)
    if (found === undefined)
      throw new ModelyardError('experiment_not_found', `There is no experiment '${nameOrId}' in '${workspace}'.`)
    return [found.id]
  }

  return {
    search,
    searchExperimentPage,
    detailsOf: (db: Database | Transaction, ids: readonly string[]) => loadRunDetails(db, ids),
    metricsOf: (db: Database | Transaction, ids: readonly string[]) => loadLatestMetrics(db, ids),
    experimentTags: (db: Database | Transaction, ids: readonly string[]) => listExperimentTags(db, ids),
    view,
    viewAll,
    findExperiment,
    requireExperimentIds,
    setModelsOfRun(listModels: ModelsOfRun): void {
      modelsOfRun = listModels
    },
  }
}
