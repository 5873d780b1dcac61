import { Frame } from '../features/frame/frame.tsx'
import { usePageParams } from './search.ts'

export function WorkspaceRoute() {
  const { ws } = usePageParams()
  return <Frame key={ws} ws={ws} />
}
