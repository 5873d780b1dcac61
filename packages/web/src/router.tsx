import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  type RouteComponent,
} from '@tanstack/react-router'
import { FailedPage, MissingPage } from './routes/failed-pages.tsx'
import { WorkspaceRoute } from './routes/workspace-route.tsx'
import { readSearch } from './routes/search.ts'

const root = createRootRoute({ component: Outlet, notFoundComponent: MissingPage, errorComponent: FailedPage })
const home = createRoute({
  getParentRoute: () => root,
  path: '/',
  component: lazyRouteComponent(() => import('./routes/home-page.tsx'), 'HomePage'),
})
const login = createRoute({
  getParentRoute: () => root,
  path: '/login',
  validateSearch: readSearch,
  component: lazyRouteComponent(() => import('./routes/login-page.tsx'), 'LoginPage'),
})
const workspace = createRoute({ getParentRoute: () => root, path: '/w/$ws', component: WorkspaceRoute })

const below = (path: string, component: RouteComponent) =>
  createRoute({ getParentRoute: () => workspace, path, validateSearch: readSearch, component })

const pages = [
  below(
    '/',
    lazyRouteComponent(() => import('./routes/overview-page.tsx'), 'OverviewPage'),
  ),
  below(
    '/jobs',
    lazyRouteComponent(() => import('./routes/jobs-page.tsx'), 'JobsPage'),
  ),
  below(
    '/jobs/$id',
    lazyRouteComponent(() => import('./routes/job-page.tsx'), 'JobPage'),
  ),
  below(
    '/pipelines',
    lazyRouteComponent(() => import('./routes/pipelines-page.tsx'), 'PipelinesPage'),
  ),
  below(
    '/pipelines/$name',
    lazyRouteComponent(() => import('./routes/pipeline-page.tsx'), 'PipelinePage'),
  ),
  below(
    '/experiments',
    lazyRouteComponent(() => import('./routes/experiments-page.tsx'), 'ExperimentsPage'),
  ),
  below(
    '/experiments/$name',
    lazyRouteComponent(() => import('./routes/runs-page.tsx'), 'RunsPage'),
  ),
  below(
    '/runs/$id',
    lazyRouteComponent(() => import('./routes/run-page.tsx'), 'RunPage'),
  ),
  below(
    '/compare',
    lazyRouteComponent(() => import('./routes/compare-page.tsx'), 'ComparePage'),
  ),
  below(
    '/models',
    lazyRouteComponent(() => import('./routes/models-page.tsx'), 'ModelsPage'),
  ),
  below(
    '/models/$name',
    lazyRouteComponent(() => import('./routes/model-page.tsx'), 'ModelPage'),
  ),
  below(
    '/models/$name/$version',
    lazyRouteComponent(() => import('./routes/model-page.tsx'), 'ModelPage'),
  ),
  below(
    '/endpoints',
    lazyRouteComponent(() => import('./routes/endpoints-page.tsx'), 'EndpointsPage'),
  ),
  below(
    '/endpoints/$name',
    lazyRouteComponent(() => import('./routes/endpoint-page.tsx'), 'EndpointPage'),
  ),
  below(
    '/monitors',
    lazyRouteComponent(() => import('./routes/monitors-page.tsx'), 'MonitorsPage'),
  ),
  below(
    '/monitors/$name',
    lazyRouteComponent(() => import('./routes/monitor-page.tsx'), 'MonitorPage'),
  ),
  below(
    '/alerts',
    lazyRouteComponent(() => import('./routes/alerts-page.tsx'), 'AlertsPage'),
  ),
  below(
    '/alerts/$id',
    lazyRouteComponent(() => import('./routes/alerts-page.tsx'), 'AlertsPage'),
  ),
  below(
    '/triggers',
    lazyRouteComponent(() => import('./routes/automations-page.tsx'), 'AutomationsPage'),
  ),
  below(
    '/loops',
    lazyRouteComponent(() => import('./routes/automations-page.tsx'), 'AutomationsPage'),
  ),
  below(
    '/webhooks',
    lazyRouteComponent(() => import('./routes/automations-page.tsx'), 'AutomationsPage'),
  ),
  below(
    '/triggers/$name',
    lazyRouteComponent(() => import('./routes/trigger-page.tsx'), 'TriggerPage'),
  ),
  below(
    '/loops/$id',
    lazyRouteComponent(() => import('./routes/loop-page.tsx'), 'LoopPage'),
  ),
  below(
    '/webhooks/$name',
    lazyRouteComponent(() => import('./routes/webhook-page.tsx'), 'WebhookPage'),
  ),
  below(
    '/compute',
    lazyRouteComponent(() => import('./routes/compute-list-page.tsx'), 'ComputeListPage'),
  ),
  below(
    '/compute/$name',
    lazyRouteComponent(() => import('./routes/compute-page.tsx'), 'ComputePage'),
  ),
  below(
    '/data',
    lazyRouteComponent(() => import('./routes/data-page.tsx'), 'DataPage'),
  ),
  below(
    '/data/$name',
    lazyRouteComponent(() => import('./routes/data-asset-page.tsx'), 'DataAssetPage'),
  ),
  below(
    '/activity',
    lazyRouteComponent(() => import('./routes/activity-page.tsx'), 'ActivityPage'),
  ),
  below(
    '/settings',
    lazyRouteComponent(() => import('./routes/settings-page.tsx'), 'SettingsPage'),
  ),
]

export const router = createRouter({
  routeTree: root.addChildren([home, login, workspace.addChildren(pages)]),
  defaultPreload: 'intent',
  scrollRestoration: true,
})
