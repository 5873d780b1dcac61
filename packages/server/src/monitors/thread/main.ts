import { serveThread } from '@modelyard/platform'
import { tasks } from './tasks.ts'

serveThread(tasks)
