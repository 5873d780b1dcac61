import '@fontsource-variable/inter'
import '@fontsource-variable/jetbrains-mono'
import './theme/mantine.css'
import './theme/tokens.css'
import './theme/base.css'
import './theme/pages.css'
import './theme/monitors.css'
import { MantineProvider } from '@mantine/core'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { queryClient } from './api/client.ts'
import { router } from './router.tsx'
import { resolveVariables, theme } from './theme/theme.ts'

const target = document.getElementById('root')
if (target !== null)
  createRoot(target).render(
    <StrictMode>
      <MantineProvider theme={theme} cssVariablesResolver={resolveVariables} defaultColorScheme="auto">
        <QueryClientProvider client={queryClient}>
          <RouterProvider router={router} />
        </QueryClientProvider>
      </MantineProvider>
    </StrictMode>,
  )
